import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { findChromium } from '../../scripts/lib/chromium.mjs';
import { startUiLab, type UiLab } from './lab.ts';
import { newLabPage, type LabPage } from './lab-page.ts';

export interface Stage {
  lab: UiLab;
  /** A page of Lab with nothing open, in a browser profile of its own. */
  lp: LabPage;
}

export const launchBrowser = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });

/**
 * One Lab and one browser for all stories of a file, ended whatever happens. Gives the function that tells a story: like `it`, with the
 * stage as its argument. A story that fails leaves a picture of the page and its log in a folder and says where.
 */
export function useStage({ isFirstTime = false } = {}): (name: string, tells: (stage: Stage) => Promise<void>, timeoutMs?: number) => void {
  const executablePath = chromiumPath();
  if (executablePath === undefined) return (name) => it.skip(name, () => undefined);
  let lab: UiLab | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    // Both are waited for, also when one fails: what has started is ended below.
    const started = await Promise.allSettled([
      startUiLab(isFirstTime).then((one) => (lab = one)),
      launchBrowser(executablePath).then((one) => (browser = one)),
    ]);
    for (const one of started) if (one.status === 'rejected') throw one.reason;
  }, 150_000);
  afterAll(async () => {
    await browser?.close();
    await lab?.end();
  }, 60_000);
  return (name, tells, timeoutMs = 90_000) =>
    it(
      name,
      async () => {
        if (lab === undefined || browser === undefined) throw new Error('Lab or the browser did not start');
        const onStage = lab;
        const lp = await newLabPage(browser, onStage);
        // Before Jest's own end: after it, the page could not be looked at any more.
        const late = timeLimit(timeoutMs - 5000, name);
        try {
          await Promise.race([lp.open().then(() => tells({ lab: onStage, lp })), late.passed]);
          lp.expectCleanLog();
        } catch (error) {
          throw await withTraces(error, lp);
        } finally {
          late.end();
          await lp.close();
        }
      },
      timeoutMs,
    );
}

/** DIRACLAB_TEST_CHROMIUM comes from `npm test`; empty when there is none, which it has said already. */
export function chromiumPath(): string | undefined {
  const named = process.env['DIRACLAB_TEST_CHROMIUM'];
  if (named === undefined) return findChromium() as string | undefined;
  return named === '' ? undefined : named;
}

function timeLimit(ms: number, name: string): { passed: Promise<never>; end: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`"${name}" was not told within ${ms} ms`)), ms);
  });
  return { passed, end: () => clearTimeout(timer) };
}

async function withTraces(error: unknown, lp: LabPage): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'diraclab-ui-failed-'));
  const path = join(folder, 'page.png');
  await lp.page.screenshot({ path, timeout: 10_000 }).catch(() => undefined);
  writeFileSync(join(folder, 'page.log'), lp.log.join('\n'));
  const where = `Picture and log of the page: ${folder}`;
  if (!(error instanceof Error)) return error;
  error.message += `\n${where}`;
  error.stack = `${error.stack ?? ''}\n${where}`;
  return error;
}
