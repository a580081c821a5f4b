import { countJobs } from '@diraclab/contract';
import type { Locator, Page } from 'playwright-core';
import { isFull, until } from '../grid/real-server.ts';
import { nowhere, shell, submit } from './jobs.ts';
import { inState } from './lab-page.ts';
import { useStage } from './stage.ts';

const story = useStage();
const count = isFull ? 10_000 : 2000;
const words = count.toLocaleString('en-US');
const mostRows = 60;

describe(`a table of ${words} jobs`, () => {
  story(
    'opens, scrolls to its end, sorts, filters, and kills what matches, with a handful of rows in the page',
    async ({ lab, lp }) => {
      const { page } = lp;
      const parameters = Array.from({ length: count }, (_, n) => ({ n, kind: n % 4 === 0 ? 'even' : 'odd' }));
      const jobIds = await submit(lab, shell('echo {n}', { ...nowhere, jobName: '{kind}-{n}', jobGroup: 'many' }), parameters);
      const first = jobIds[0] ?? 0;
      const last = jobIds.at(-1) ?? 0;

      await lp.run('dirac:open-table');
      const table = page.locator('.dirac-JobTable');
      const rows = table.locator('[role=row][data-job-id]');
      await inState(table.locator(`[data-job-id="${last}"]`), 'Waiting');
      await table.getByText(new RegExp(`^showing 1–\\d+ of ${words}$`)).waitFor();
      const most = await watchRows(page);

      const grid = table.getByRole('grid', { name: 'Jobs' });
      await grid.evaluate((node) => node.scrollTo(0, node.scrollHeight));
      await table.locator(`[data-job-id="${first}"]`).waitFor();
      await table.getByText(new RegExp(`–${words} of ${words}$`)).waitFor();
      // By the wheel, as people do, back over rows that were not read yet.
      await grid.hover();
      for (let turn = 0; turn < 10; turn++) await page.mouse.wheel(0, -1500);
      await until('rows where it came to rest', async () => ((await rows.count()) > 10 ? true : undefined));
      expect(await most()).toBeLessThanOrEqual(mostRows);

      await table.getByRole('button', { name: /^Id/ }).click();
      await table.locator(`[data-job-id="${first}"]`).waitFor();
      expect(await idsOf(rows)).toEqual([...(await idsOf(rows))].sort((a, b) => a - b));
      expect(await table.getByRole('columnheader', { name: 'Id' }).getAttribute('aria-sort')).toBe('ascending');

      const matching = count / 4;
      await grid.focus();
      await page.keyboard.press('/');
      await page.keyboard.type('even-*\n');
      const filtered = matching.toLocaleString('en-US');
      await table.getByText(new RegExp(`^showing 1–\\d+ of ${filtered}$`)).waitFor();

      // Everything that matches is killed by the query; the number must be typed.
      await grid.focus();
      await page.keyboard.press('Control+a');
      await table.getByText(`all ${filtered} selected`).waitFor();
      const mark = lp.requests.length;
      await page.keyboard.press('Delete');
      const dialog = page.getByRole('dialog');
      await dialog.getByText(`Kill ${filtered} jobs?`).waitFor();
      await typeInto(dialog, '7\n');
      await dialog.getByText(`“7” is not ${matching}.`).waitFor();
      await typeInto(dialog, `${matching}\n`);
      await table.getByText(`${filtered} jobs killed.`).waitFor();
      await inState(rows.first(), 'Killed');
      expect(lp.requestsTo('/api/operations', mark)).toHaveLength(1);
      expect(await most()).toBeLessThanOrEqual(mostRows);

      const { counts } = await lab.call(countJobs, { body: { groupBy: 'status' } });
      expect(Object.fromEntries(counts.map(({ value, count: n }) => [value, n]))).toEqual({ Killed: matching, Waiting: count - matching });
      await lp.statusItem.filter({ hasText: `R 0 · W ${(count - matching).toLocaleString('en-US')}` }).waitFor();

      // The tab comes back after a reload, with its filter.
      await lp.reload('dirac-table-', 'even-*');
      await table.getByText(new RegExp(`of ${filtered}$`)).waitFor();
      await inState(rows.first(), 'Killed');
    },
    isFull ? 240_000 : 120_000,
  );
});

/** The largest number of rows that were in the page at once, from now on. */
async function watchRows(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const watched = globalThis as unknown as { mostRows: number };
    watched.mostRows = 0;
    const look = () => (watched.mostRows = Math.max(watched.mostRows, document.querySelectorAll('.dirac-Table [role=row]').length));
    new MutationObserver(look).observe(document.querySelector('.dirac-Table')!, { subtree: true, childList: true });
    look();
  });
  return () => page.evaluate(() => (globalThis as unknown as { mostRows: number }).mostRows);
}

/** The dialog gives its field the focus some moments after it shows. */
async function typeInto(dialog: Locator, text: string): Promise<void> {
  await dialog.locator('input:focus').waitFor();
  await dialog.page().keyboard.type(text);
}

const idsOf = (rows: Locator): Promise<number[]> =>
  rows.evaluateAll((nodes) => nodes.map((node) => Number((node as HTMLElement).dataset['jobId'])));
