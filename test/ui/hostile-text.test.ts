import type { Locator } from 'playwright-core';
import { until } from '../grid/real-server.ts';
import { runToEnd, shell } from './jobs.ts';
import { inState } from './lab-page.ts';
import { openNotebook, writeNotebook, type Output } from './notebook.ts';
import { useStage } from './stage.ts';
import { terminalText, terminalTitle, untilPrompt } from './terminal.ts';

const story = useStage();

// A direction override that is never closed, and one that fakes the end of a name.
const image = '<img src=x onerror="window.__pwned=1">';
const jobName = `${image} \u202egnp.exe\u2066 <b>bold</b>`;
const button = '<button data-commandlinker-command="terminal:create-new">Open</button>';
const jobGroup = `${button}<iframe src=javascript:__pwned=2>`;

/** Markup; colours; the title of the terminal (OSC 0), the clipboard (OSC 52), a link (OSC 8), the screen cleared, a line overwritten. */
const output = String.raw`<script>window.__pwned=3</script>${button}\n\033]0;PWNED\007\033]52;c;UFdORUQ=\007\033]8;;https://evil.example/\007link\033]8;;\007\n\033[2J\033[31mred\033[0m\nall is well\rhidden\nlast line\n`;

/** What a hostile notebook holds: a card of a job that nobody here has, and what stands in for it elsewhere. */
const foreignCard: Output = {
  output_type: 'display_data',
  metadata: {},
  data: {
    'application/vnd.dirac.card+json': {
      v: 1,
      kind: 'job',
      id: 987654,
      server: 'elsewhere',
      snapshot: {
        jobId: 987654,
        status: 'Running',
        jobName,
        minorStatus: button,
        applicationStatus: image,
        site: image,
        submissionTime: 'never',
      },
    },
    'text/html': `<script>window.__pwned=4</script>${image}`,
    'text/plain': 'card',
  },
};
const wrongCard: Output = { ...foreignCard, data: { 'application/vnd.dirac.card+json': { v: 1, kind: image, snapshot: {} } } };

describe('text of strangers', () => {
  story('stays text in panel, card, table, job page and terminal', async ({ lab, lp }) => {
    const { page } = lp;
    const jobId = await runToEnd(lab, shell(`printf '${output}'; printf '${output}' >&2`, { jobName, jobGroup }));
    const snapshot = { jobId, status: 'Waiting', jobName, submissionTime: '' };
    const ownCard = { ...foreignCard, data: { 'application/vnd.dirac.card+json': { v: 1, kind: 'job', id: jobId, server: '', snapshot } } };
    writeNotebook(lab, 'hostile.ipynb', ["'outputs of somebody else'"], [ownCard, foreignCard, wrongCard]);

    const panel = await lp.openPanel();
    await inState(panel.locator(`[data-job-id="${jobId}"]`), 'Done');
    await panel.getByText(jobName, { exact: true }).waitFor({ state: 'attached' });
    await panel.getByText(jobGroup, { exact: true }).first().waitFor({ state: 'attached' });
    await expectOnlyText(panel);

    const notebook = await openNotebook(page, 'hostile.ipynb');
    const own = notebook.getByRole('region', { name: `DIRAC job ${jobId}`, exact: true });
    await inState(own, 'Done');
    await own.getByText('<script>window.__pwned=3</script>').waitFor();
    const foreign = notebook.getByRole('region', { name: 'DIRAC job 987654' });
    await foreign.getByText('does not know it').waitFor();
    await foreign.getByText(image).first().waitFor();
    // A notebook that nobody has trusted may show, and offers no act.
    expect(await notebook.locator('[data-act=kill]').count()).toBe(0);
    for (const card of await notebook.locator('.dirac-Card-output').all()) await expectOnlyText(card);

    await lp.run('dirac:open-table', { query: { where: [{ field: 'jobGroup', operator: 'eq', values: [jobGroup] }] } });
    const table = page.locator('.dirac-JobTable').filter({ visible: true });
    await inState(table.locator(`[data-job-id="${jobId}"]`), 'Done');
    await expectOnlyText(table);

    await lp.run('dirac:open-job', { jobId });
    const jobPage = page.getByRole('article', { name: `Job ${jobId}` });
    for (const section of ['Output', 'Files', 'Log', 'Resources', 'Description']) {
      await jobPage.getByRole('tab', { name: section, exact: true }).click();
      await jobPage.getByRole('tabpanel', { name: section }).waitFor();
      if (section === 'Output') await jobPage.getByText('last line').waitFor();
      if (section === 'Description') await jobPage.getByText('onerror').first().waitFor();
      await expectOnlyText(jobPage);
    }

    await lp.run('dirac:new-terminal');
    await untilPrompt(page);
    const title = await terminalTitle(page);
    await page.keyboard.type(`dstat -a; dpeek ${jobId}; dpeek --stderr ${jobId}; echo told $((20 + 1))\n`);
    const text = await until('the end of the commands', async () => /told 21/.exec(await terminalText(page))?.input);
    expect(text).toContain('<img src=x onerror=');
    expect(text).toContain('\\x1b]0;PWNED\\x07');
    expect(text).toMatch(/all is well\nhidden\nlast line/);
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    expect(await terminalTitle(page)).toBe(title);

    expect(await page.evaluate(() => (globalThis as { __pwned?: number }).__pwned)).toBeUndefined();
  });
});

/** No element of a name, and nothing that Lab would take for a button of its own. */
async function expectOnlyText(place: Locator): Promise<void> {
  const made = place.locator('img, script, iframe, b:text-is("bold"), [data-commandlinker-command], [onerror], a[href^="javascript"]');
  expect(await made.evaluateAll((nodes) => nodes.map((node) => node.outerHTML))).toEqual([]);
}
