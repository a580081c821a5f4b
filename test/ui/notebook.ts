import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type { UiLab } from './lab.ts';

export interface Output {
  output_type: 'display_data';
  metadata: object;
  data: Record<string, unknown>;
}
interface NotebookFile {
  cells: { cell_type: string; outputs?: { data?: Record<string, unknown> }[] }[];
}

/** A notebook of our kernel with these cells; outputs as if an earlier session had left them. */
export function writeNotebook(lab: UiLab, name: string, sources: string[], outputs: Output[] = []): void {
  const cells = sources.map((source, index) => ({
    cell_type: 'code',
    id: `cell-${index}`,
    metadata: {},
    execution_count: null,
    outputs: index === 0 ? outputs : [],
    source,
  }));
  const kernelspec = { name: 'diraclab', display_name: 'TypeScript (diraclab)', language: 'typescript' };
  const notebook = { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec, language_info: { name: 'typescript' } }, cells };
  writeFileSync(join(lab.rootDirectory, name), JSON.stringify(notebook));
}

/** The cards that the saved notebook holds. */
export function savedCards(lab: UiLab, name: string): unknown[] {
  const { cells } = JSON.parse(readFileSync(join(lab.rootDirectory, name), 'utf8')) as NotebookFile;
  return cells.flatMap(({ outputs = [] }) => outputs.flatMap(({ data }) => data?.['application/vnd.dirac.card+json'] ?? []));
}

/** Opens a notebook as people do, by its name in the file browser. */
export async function openNotebook(page: Page, name: string): Promise<Locator> {
  const browser = page.locator('#filebrowser');
  if (!(await browser.isVisible())) await page.locator('.jp-SideBar [data-id="filebrowser"]').click();
  await browser.getByRole('listitem', { name }).dblclick();
  const notebook = page.locator('.jp-NotebookPanel').filter({ visible: true });
  await notebook.locator('.jp-CodeCell').first().waitFor();
  return notebook;
}

/** Runs a cell by Shift+Enter, once its kernel is there: before that, Lab drops the cell without a word. */
export async function runCell(notebook: Locator, index: number): Promise<void> {
  const page = notebook.page();
  await notebook.locator('.jp-CodeCell').nth(index).locator('.cm-content').click();
  await page.locator('#jp-main-statusbar').getByText('TypeScript (diraclab) | Idle').waitFor({ timeout: 60_000 });
  await page.keyboard.press('Shift+Enter');
}
