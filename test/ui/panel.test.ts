import type { Locator, Page } from 'playwright-core';
import { until } from '../grid/real-server.ts';
import { shell, submit } from './jobs.ts';
import { inState } from './lab-page.ts';
import { useStage } from './stage.ts';

const story = useStage({ isFirstTime: true });

describe('the first time', () => {
  story('a card greets beside the launcher, runs a hello job, and stays away once it was closed', async ({ lp }) => {
    const { page } = lp;
    const card = page.getByRole('article', { name: 'Jobs, from this notebook to the grid' });
    await page.locator('.jp-Launcher').waitFor();
    await card.getByText('on the machine where this JupyterLab runs').waitFor();
    // Both are new here: what the panel says of an empty server, too.
    const panel = await lp.openPanel();
    await panel.getByText('Nothing has been submitted yet.').waitFor();
    await card.getByRole('button', { name: 'Run a hello job' }).click();
    await inState(card, 'Done');
    await panel.getByText('Nothing has been submitted yet.').waitFor({ state: 'detached' });
    await card.getByRole('button', { name: 'Close, and do not show again' }).click();
    await card.waitFor({ state: 'detached' });
    await lp.open();
    expect(await card.count()).toBe(0);
  });
});

describe('the Jobs panel', () => {
  story('kills a job, asking once more, and runs it again, all by the keyboard', async ({ lab, lp }) => {
    const { page } = lp;
    const { keyboard } = page;
    const [jobId = 0] = await submit(lab, shell('sleep 600', { jobName: 'sleeper' }));

    await keyboard.press('Control+Shift+c');
    await page.locator('.lm-CommandPalette-input').waitFor();
    await keyboard.type('Jobs');
    await page.locator('.lm-CommandPalette-item.lm-mod-active', { hasText: 'Jobs' }).waitFor();
    await chooseInPalette(page, /^Jobs/);
    const panel = page.getByRole('region', { name: 'DIRAC jobs' });
    await until('the focus in the panel', async () => (await focused(page)).startsWith('Search jobs') || undefined);
    await inState(panel.locator(`[data-job-id="${jobId}"]`), 'Running');

    await tabTo(page, '[role=row][data-job-id]');
    // One row is in the tab order; the arrows move it, here to the newest job, which stands first.
    await keyboard.press('End');
    expect(await focused(page)).not.toContain(`job ${jobId},`);
    await keyboard.press('Home');
    expect(await focused(page)).toContain(`job ${jobId},`);

    await keyboard.press('Delete');
    expect(await focused(page)).toBe(`Kill job ${jobId}`);
    await keyboard.press('Escape');
    expect(await focused(page)).toContain(`sleeper, job ${jobId}, Running`);
    await keyboard.press('Delete');
    await keyboard.press('Enter');
    const row = panel.locator(`[data-job-id="${jobId}"]`);
    await inState(row, 'Killed');
    await panel.getByText(`Job ${jobId} is killed.`).waitFor();

    expect(await focused(page)).toContain(`sleeper, job ${jobId}, Killed`);
    await tabTo(page, '[data-act=reschedule]');
    await keyboard.press('Enter');
    await inState(row, 'Running');
  });

  story('says so when the server is gone, and goes on by itself when it is there again', async ({ lab, lp }) => {
    lp.expectErrors(
      /WebSocket connection to .*dirac\/api\/live/,
      /dirac\/api.*(50[0-9]|Failed to load)/,
      /Failed to load resource.*50[0-9]/,
    );
    const [jobId = 0] = await submit(lab, shell('sleep 600', { jobName: 'survivor' }));
    const panel = await lp.openPanel();
    const row = panel.locator(`[data-job-id="${jobId}"]`);
    await inState(row, 'Running');
    const said = await recordTexts(panel.locator('.dirac-Freshness').first());

    const killed = lab.serverPid();
    process.kill(killed, 'SIGKILL');
    await until('another server', () => (lab.serverPid() === killed ? undefined : true));
    await until('the words on the loss', async () => (await said()).some((text) => /^(reconnecting|offline)/.test(text)) || undefined);
    await panel.locator('.dirac-Freshness').getByText('live', { exact: true }).waitFor();

    // Nobody reloaded anything: what happens now is shown, and what ran runs on.
    await inState(row, 'Running');
    const [next = 0] = await submit(lab, shell('true', { jobName: 'after the loss' }));
    await panel.locator(`[data-job-id="${next}"]`).waitFor();
  });
});

/** The palette keeps what was chosen last on top; arrows go to the command that is wanted. */
async function chooseInPalette(page: Page, label: RegExp): Promise<void> {
  for (let step = 0; step < 30; step++) {
    const active = page.locator('.lm-CommandPalette-item.lm-mod-active .lm-CommandPalette-itemLabel');
    if (label.test(((await active.textContent()) ?? '').trim())) return page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`The palette does not offer ${String(label)}`);
}

async function tabTo(page: Page, selector: string): Promise<void> {
  for (let step = 0; step < 25; step++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
  }
  throw new Error(`Tab did not reach ${selector}`);
}

/** What a screen reader says of the element that has the focus. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '');

/** Everything a place has said from now on, also what stood there only for a moment. */
async function recordTexts(place: Locator): Promise<() => Promise<string[]>> {
  const page = place.page();
  await place.evaluate((node) => {
    const texts: string[] = ((globalThis as unknown as { saidTexts: string[] }).saidTexts = []);
    const note = () => texts.push(node.querySelector('[role=status]')?.textContent ?? '');
    new MutationObserver(note).observe(node, { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { saidTexts: string[] }).saidTexts);
}
