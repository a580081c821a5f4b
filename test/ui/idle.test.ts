import { setTimeout as sleep } from 'node:timers/promises';
import { runToEnd, shell } from './jobs.ts';
import { inState, type LabPage } from './lab-page.ts';
import { useStage } from './stage.ts';

const story = useStage();

/** The longest of our own clocks, the age in a row, ticks every five seconds. */
const idleMs = 10_000;

describe('when nothing happens', () => {
  story('an open panel asks nothing, and neither does a hidden one', async ({ lab, lp }) => {
    const jobId = await runToEnd(lab, shell('echo done'));
    const panel = await lp.openPanel();
    await inState(panel.locator(`[data-job-id="${jobId}"]`), 'Done');
    expect(await askedWhileIdle(lp)).toEqual([]);
    // It watched by a connection: what happens now is there without a question.
    const mark = lp.requests.length;
    const next = await runToEnd(lab, shell('echo done'));
    await inState(panel.locator(`[data-job-id="${next}"]`), 'Done');
    expect(lp.requestsTo('/dirac/', mark)).toEqual([]);

    await lp.page.locator('.jp-SideBar [data-id="diraclab-jobs"]').click();
    await panel.waitFor({ state: 'hidden' });
    expect(await askedWhileIdle(lp)).toEqual([]);
  });
});

async function askedWhileIdle(lp: LabPage): Promise<string[]> {
  const mark = lp.requests.length;
  await sleep(idleMs);
  return lp.requestsTo('/dirac/', mark);
}
