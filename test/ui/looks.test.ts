import type { Locator } from 'playwright-core';
import { axeFindings } from './axe.ts';
import { poorTexts, unseenFocus } from './contrast.ts';
import { nowhere, runToEnd, shell, submit } from './jobs.ts';
import { inState, type LabPage } from './lab-page.ts';
import { openNotebook, writeNotebook, type Output } from './notebook.ts';
import { useStage } from './stage.ts';
import type { UiLab } from './lab.ts';

const story = useStage();
const themes = ['JupyterLab Light', 'JupyterLab Dark'] as const;
const jobGroup = 'looks';
const ours = { panel: '#diraclab-jobs', card: '.dirac-Card', tab: '.dirac-Body', status: '.dirac-StatusItem' };

describe.each(themes)('in %s', (theme) => {
  story('panel, cards and status bar can be read, the focus seen, and axe finds nothing serious', async ({ lab, lp }) => {
    await lp.useTheme(theme);
    const jobIds = await oneOfEach(lab);
    writeNotebook(lab, 'looks.ipynb', ["'a look at cards'"], [...jobIds.map(jobCard), groupCard, jobCard(987654)]);
    const panel = await lp.openPanel();
    await panel.getByRole('row').nth(3).waitFor();
    await openNotebook(lp.page, 'looks.ipynb');
    await lp.page.getByText('does not know it').waitFor();
    await lp.openPanel();
    await expectReadable(lp, panel, [ours.panel, ours.card, ours.status]);
  });

  story('table, job page and launchpad can be read, the focus seen, and axe finds nothing serious', async ({ lab, lp }) => {
    await lp.useTheme(theme);
    const [failed = 0] = await oneOfEach(lab);
    const where = [{ field: 'jobGroup', operator: 'eq', values: [jobGroup] }];
    await lp.run('dirac:open-table', { query: { where } });
    const table = lp.page.locator('.dirac-JobTable').filter({ visible: true });
    const row = table.locator(`[data-job-id="${failed}"]`);
    await inState(row, 'Failed');
    await row.click();
    await table.getByText('1 selected').waitFor();
    await expectReadable(lp, table, [`${ours.tab}.dirac-JobTable`]);

    await lp.run('dirac:open-job', { jobId: failed });
    const jobPage = lp.page.getByRole('article', { name: `Job ${failed}` });
    for (const section of ['Output', 'Files', 'Log', 'Why', 'Attempts', 'Resources', 'Description']) {
      await jobPage.getByRole('tab', { name: section, exact: true }).click();
      await jobPage.getByRole('tabpanel', { name: section }).waitFor();
      expect({ section, poor: await poorTexts(lp.page, ours.tab) }).toEqual({ section, poor: [] });
    }
    await expectReadable(lp, jobPage, ['.dirac-JobPage']);

    await lp.run('dirac:new-job');
    const form = lp.page.getByRole('form', { name: 'New job' });
    await form.getByRole('button', { name: 'Submit' }).click();
    await form.getByText('another look').waitFor();
    await expectReadable(lp, form, ['.dirac-LaunchpadForm']);
  });
});

/** Hover and focus are states of their own, and so is a question in a row. */
async function expectReadable(lp: LabPage, place: Locator, selectors: string[]): Promise<void> {
  const { page } = lp;
  for (const selector of selectors) {
    expect({ selector, poor: await poorTexts(page, selector) }).toEqual({ selector, poor: [] });
    expect({ selector, findings: await axeFindings(page, selector) }).toEqual({ selector, findings: [] });
    expect({ selector, unseen: await unseenFocus(page, selector) }).toEqual({ selector, unseen: [] });
  }
  for (const row of await place.locator('[data-job-id]').all()) {
    await row.hover();
    expect(await poorTexts(page, `[data-job-id="${await row.getAttribute('data-job-id')}"]`)).toEqual([]);
  }
}

let made: Promise<number[]> | undefined;
/** Jobs that failed, are done, wait and run: every colour. Made once. */
function oneOfEach(lab: UiLab): Promise<number[]> {
  const make = async () => {
    const failed = await runToEnd(lab, shell('echo out; echo oops >&2; exit 3', { jobGroup, jobName: 'breaks' }));
    const done = await runToEnd(lab, shell('echo fine', { jobGroup, jobName: 'works' }));
    const [waiting = 0] = await submit(lab, shell('true', { ...nowhere, jobGroup, jobName: 'waits' }));
    const [running = 0] = await submit(lab, shell('echo begun; sleep 600', { jobGroup, jobName: 'runs' }));
    return [failed, done, waiting, running];
  };
  return (made ??= make());
}

const display = (card: object): Output => ({
  output_type: 'display_data',
  metadata: {},
  data: { 'application/vnd.dirac.card+json': card },
});
const jobCard = (jobId: number): Output =>
  display({
    v: 1,
    kind: 'job',
    id: jobId,
    server: '',
    snapshot: { jobId, status: 'Waiting', jobName: `job ${jobId}`, submissionTime: '' },
  });
const groupCard = display({ v: 1, kind: 'group', id: jobGroup, server: '', snapshot: { jobGroup, total: 4, counts: {} } });
