import type { Browser, Page } from 'playwright-core';

/** Somebody's first visit: the card greets, its hello job runs, and the first example runs from top to bottom. Gives what the browser reported as errors. */
export async function firstVisit(browser: Browser, signIn: (page: Page) => Promise<void>): Promise<string[]> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`);
  });
  await signIn(page);
  const card = page.getByRole('article', { name: 'Jobs, from this notebook to the grid' });
  await card.getByText('There you are').waitFor({ timeout: 60_000 });
  await card.getByRole('button', { name: 'Run a hello job' }).click();
  await card.locator('.dirac-StatusBadge', { hasText: 'Done' }).waitFor({ timeout: 60_000 });

  await card.getByRole('button', { name: 'A first job' }).click();
  await page.locator('.jp-NotebookPanel').getByText('TypeScript (diraclab)').waitFor({ timeout: 60_000 });
  await page
    .locator('.jp-NotebookPanel-toolbar [data-status=idle], .jp-Notebook-ExecutionIndicator[data-status=idle]')
    .first()
    .waitFor({ timeout: 60_000 });
  await page.getByRole('menuitem', { name: 'Run', exact: true }).click();
  await page.getByText('Run All Cells', { exact: true }).click();
  await page.getByText(/Job \d+ failed at .*: exit code 3\./).waitFor({ timeout: 90_000 });

  await page.locator('.jp-SideBar [data-id="diraclab-jobs"]').click();
  const panel = page.getByRole('region', { name: 'DIRAC jobs' });
  await panel.getByText('broken').first().waitFor();
  await panel.getByText('three-steps').first().waitFor();
  await page.reload();
  await page.locator('#jp-main-dock-panel').waitFor();
  await page.locator('.jp-NotebookPanel').waitFor({ timeout: 60_000 });
  if (await card.isVisible()) errors.push('the card is there again after it was closed');
  await page.close();
  return errors;
}
