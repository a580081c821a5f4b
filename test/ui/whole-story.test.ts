import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { until } from '../grid/real-server.ts';
import { inState } from './lab-page.ts';
import { openNotebook, runCell, savedCards, writeNotebook } from './notebook.ts';
import { useStage } from './stage.ts';
import { terminalText, untilPrompt } from './terminal.ts';

const story = useStage();

describe('from a notebook cell to a finished job', () => {
  story(
    'the card lives through a reload of the page, and panel, status bar and terminal agree with it',
    async ({ lab, lp }) => {
      const { page } = lp;
      // The job works until this file is there, so that the page is reloaded in the middle of it, however slow the machine.
      const gate = join(lab.dataDirectory, 'go');
      const script = `n=0; until [ -e ${gate} ]; do n=$((n+1)); echo "step $n"; sleep 0.5; done; echo "all steps done"`;
      const run = JSON.stringify(script);
      const cell = `import { dirac } from 'diraclab';\nconst job = await dirac.submit({ run: ${run}, name: 'long walk' });`;
      writeNotebook(lab, 'story.ipynb', [cell]);
      let notebook = await openNotebook(page, 'story.ipynb');
      await runCell(notebook, 0);

      const card = () => notebook.getByRole('region', { name: /^DIRAC job \d+$/ });
      await inState(card(), 'Running');
      await card()
        .getByText(/step \d+/)
        .waitFor();
      await card().getByText('live', { exact: true }).waitFor();
      const jobId = Number(/\d+$/.exec((await card().getAttribute('aria-label')) ?? '')?.[0]);

      const panel = await lp.openPanel();
      const row = panel.locator(`[data-job-id="${jobId}"]`);
      await expectRow(row, 'long walk', 'Running');
      await lp.statusItem.filter({ hasText: /^R 1 · W 0$/ }).waitFor();

      await notebook.locator('.jp-CodeCell').first().locator('.cm-content').click();
      await page.keyboard.press('Control+s');
      await until('the card in the saved notebook', () => savedCards(lab, 'story.ipynb')[0]);

      await lp.reload('story.ipynb');
      notebook = page.locator('.jp-NotebookPanel').filter({ visible: true });
      await inState(card(), 'Running');
      const seen = await stepsOf(card());
      await until('more steps after the reload', async () => ((await stepsOf(card())) > seen ? true : undefined));

      writeFileSync(gate, '');
      await inState(card(), 'Done');
      await card().getByText('all steps done').waitFor();
      await expectRow((await lp.openPanel()).locator(`[data-job-id="${jobId}"]`), 'long walk', 'Done');
      await lp.statusItem.filter({ hasText: /^R 0 · W 0$/ }).waitFor();

      await page.getByRole('button', { name: 'New Launcher' }).first().click();
      await page.locator('.jp-LauncherCard').filter({ hasText: 'DIRAC Terminal' }).click();
      await untilPrompt(page);
      await page.keyboard.type('dstat -a\n');
      const line = await until('the job in dstat', async () =>
        (await terminalText(page)).split('\n').find((text) => text.trim().startsWith(`${jobId} `)),
      );
      expect(line).toMatch(/long walk.* Done /);
    },
    150_000,
  );
});

async function expectRow(row: Locator, name: string, state: string): Promise<void> {
  await inState(row, state);
  expect(await row.getAttribute('aria-label')).toContain(`${name}, job `);
}

/** The last step that the tail on the card shows. */
async function stepsOf(card: Locator): Promise<number> {
  const tail = await card.locator('pre').textContent();
  return Number(/.*step (\d+)/s.exec(tail ?? '')?.[1] ?? 0);
}
