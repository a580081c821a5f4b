import type { Page } from 'playwright-core';
import { until } from '../grid/real-server.ts';

interface Screen {
  length: number;
  getLine(y: number): { translateToString(trim: boolean): string } | undefined;
}
interface LabApp {
  shell: { currentWidget: { title: { label: string }; content: { _term?: { buffer: { active: Screen } } } } };
}

/** What stands on the screen of the terminal in front, and what scrolled out of it. Empty while there is none. */
export function terminalText(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { shell } = (globalThis as unknown as { jupyterapp: LabApp }).jupyterapp;
    // Lab draws on a canvas; the text is only in xterm, which Lab keeps to itself.
    const screen = shell.currentWidget.content._term?.buffer.active;
    if (screen === undefined) return '';
    return Array.from({ length: screen.length }, (_, y) => screen.getLine(y)?.translateToString(true) ?? '')
      .join('\n')
      .trimEnd();
  });
}

/** The tab's name, which programs may change by an escape sequence. */
export function terminalTitle(page: Page): Promise<string> {
  return page.evaluate(() => (globalThis as unknown as { jupyterapp: LabApp }).jupyterapp.shell.currentWidget.title.label);
}

/** Waits until the shell of the terminal in front takes commands. */
export async function untilPrompt(page: Page): Promise<void> {
  await until('the prompt', async () => /\(dirac\) .*[$#]$/.test(await terminalText(page)) || undefined);
}
