// `npm test`: sets up what is missing, then types, rules, and every story; ends with `N passed, N failed, N skipped`.
// `npm run test:full` runs the same stories at the sizes the issues name and writes what came out, with date and machine, into docs/measurements.md.
// `npm test -- PATTERN …` runs only the stories whose files match.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rerunUnderNode24, root } from './lib/node24.mjs';
import { fail } from './lib/remedy.mjs';
import { setUp, setUpNode24 } from './setup.mjs';

const script = fileURLToPath(import.meta.url);
try {
  await setUpNode24();
  await rerunUnderNode24(script);
  await setUp();
} catch (error) {
  fail(error);
}

const { findChromium } = await import('./lib/chromium.mjs');
const { checks, runCheck } = await import('./lint.mjs');

const full = process.argv.includes('--full');
const patterns = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const startMs = Date.now();

if (patterns.length === 0) {
  for (const check of checks) {
    console.log(`\n== ${check.name}`);
    if (runCheck(check)) totals.passed += 1;
    else {
      totals.failed += 1;
      failures.push(check.name);
    }
  }
}

console.log('\n== stories (jest)');
const chromium = findChromium();
const directory = mkdtempSync(join(tmpdir(), 'diraclab-test-'));
const resultFile = join(directory, 'jest.json');
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/jest/bin/jest.js',
    '--json',
    `--outputFile=${resultFile}`,
    '--testLocationInResults',
    '--maxWorkers=2',
    '--forceExit',
    ...patterns,
  ],
  {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      // Programs that stories start find the project's Node, as under npm.
      PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}`,
      DIRACLAB_TEST_FULL: full ? '1' : '',
      DIRACLAB_TEST_CHROMIUM: chromium ?? '',
      DIRACLAB_TEST_PARTS: process.env.DIRACLAB_TEST_PARTS ?? (process.env.CI === 'true' ? 'install' : ''),
    },
  },
);
if (existsSync(resultFile)) {
  const result = JSON.parse(readFileSync(resultFile, 'utf8'));
  totals.passed += result.numPassedTests;
  totals.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  totals.skipped += result.numPendingTests + result.numTodoTests;
  for (const suite of result.testResults) {
    const failedTests = suite.assertionResults.filter((test) => test.status === 'failed');
    for (const test of failedTests) failures.push(`${suite.name.slice(root.length + 1)}: ${test.fullName}`);
    if (suite.status === 'failed' && failedTests.length === 0) failures.push(`${suite.name.slice(root.length + 1)}: could not run`);
  }
} else {
  totals.failed += 1;
  failures.push(`jest ended with ${status} and left no result`);
}
rmSync(directory, { recursive: true, force: true });

if (full) await import('./lib/full-run.mjs').then(({ writeFullRun }) => writeFullRun(totals, failures, Date.now() - startMs));
for (const name of failures) console.log(`FAILED ${name}`);
console.log(`\n${Math.round((Date.now() - startMs) / 1000)} s`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed === 0 && (status === 0 || totals.failed > 0) ? 0 : 1);
