import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { until } from '../grid/real-server.ts';
import { startUiLab, type UiLab } from './lab.ts';
import { inState, newLabPage } from './lab-page.ts';
import { openNotebook, runCell, writeNotebook } from './notebook.ts';
import { launchBrowser } from './stage.ts';
import { terminalText, untilPrompt } from './terminal.ts';

const hello = `import { dirac, range, sweep } from 'diraclab';

const hello = await dirac.submit({ run: 'echo "Hello from $(uname -s), $(nproc) cores"', name: 'hello' });`;

const scan = `const scan = await dirac.map(
  sweep({ seed: range(1, 8), beta: [0.1, 0.2, 0.3] }),
  { run: './fit.sh {seed} {beta}', inputs: ['fit.sh'], name: 'fit {seed} {beta}', cpu: '10m' },
  { name: 'fit-scan' },
);`;

/** Some seconds of work; one seed does not converge. */
const fit = `#!/bin/sh
sleep 1.5
[ "$1" = 3 ] && [ "$2" = 0.2 ] && { echo "seed $1 does not converge" >&2; exit 2; }
echo "{\\"chi2\\": 1.0$1}"
`;

/** The picture of README.md: the steps of the whole story, stopped in the middle of a group of jobs. */
export async function takePicture(path: string, chromium: string): Promise<void> {
  const [lab, browser] = await Promise.all([startUiLab(false), launchBrowser(chromium)]);
  try {
    const lp = await newLabPage(browser, lab);
    await lp.open();
    const { page } = lp;
    prepare(lab);
    const notebook = await openNotebook(page, 'fit-scan.ipynb');
    await lp.openPanel();
    await runCell(notebook, 0);
    await inState(notebook.getByRole('region', { name: 'DIRAC job 1' }), 'Done');

    await lp.run('dirac:new-terminal');
    await untilPrompt(page);
    await below(page);
    await dragDown(page, 190);
    await runCell(notebook, 1);
    const card = notebook.getByRole('region', { name: 'DIRAC job group fit-scan' });
    await until(
      'the middle of the group',
      async () => Number(/(\d+) done/.exec((await card.textContent()) ?? '')?.[1] ?? 0) >= 9 || undefined,
      60_000,
    );
    await page.locator('.jp-Terminal').click();
    await page.keyboard.type('clear; dstat --status Running,Failed --fields JobName,JobGroup,Site,Status,MinorStatus,SubmissionTime\n');
    await until('the table in the terminal', async () => /Failed[^]*\$$/.test(await terminalText(page)) || undefined);
    await notebook.evaluate((node) => node.querySelector('.jp-WindowedPanel-outer')?.scrollTo(0, 0));
    // The cursor of the terminal blinks, and a button under the mouse looks different.
    await page.mouse.move(700, 450);
    await sleep(500);
    await page.screenshot({ path });
  } finally {
    await browser.close();
    await lab.end();
  }
}

function prepare(lab: UiLab): void {
  writeNotebook(lab, 'fit-scan.ipynb', [hello, scan]);
  writeFileSync(join(lab.rootDirectory, 'fit.sh'), fit, { mode: 0o755 });
  // A user's prompt, also where the picture is taken by root.
  writeFileSync(join(lab.rootDirectory, '../.bashrc'), `PROMPT_COMMAND='PS1="(dirac) \\w$ "'\n`);
}

/** Moves the tab in front below the notebook. */
function below(page: Page): Promise<void> {
  return page.evaluate(() => {
    const { shell } = (globalThis as unknown as { jupyterapp: { shell: Shell } }).jupyterapp;
    const notebook = [...shell.widgets('main')].find((widget) => widget.title.label.endsWith('.ipynb'));
    const launcher = [...shell.widgets('main')].find((widget) => widget.title.label === 'Launcher');
    launcher?.dispose();
    shell.add(shell.currentWidget, 'main', { mode: 'split-bottom', ref: notebook?.id });
    interface Widget {
      id: string;
      title: { label: string };
      dispose(): void;
    }
    interface Shell {
      currentWidget: Widget;
      widgets(area: 'main'): Iterable<Widget>;
      add(widget: Widget, area: 'main', options: object): void;
    }
  });
}

/** Gives the notebook more of the height. */
async function dragDown(page: Page, byPx: number): Promise<void> {
  const handle = page.locator('#jp-main-dock-panel > .lm-DockPanel-handle[data-orientation=vertical]:not(.lm-mod-hidden)');
  const box = await handle.first().boundingBox();
  if (box === null) throw new Error('nothing to drag between notebook and terminal');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y + byPx, { steps: 5 });
  await page.mouse.up();
}
