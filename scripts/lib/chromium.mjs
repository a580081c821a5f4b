// The browser of the browser stories: Chromium from the system, by DIRACLAB_TEST_CHROMIUM or by its usual names.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Its path; installed from Debian's packages where we may (root, apt-get). Undefined, with a loud line, where there is none; with CI=true that is an error. */
export function findChromium(env = process.env) {
  if (env.DIRACLAB_TEST_CHROMIUM) return env.DIRACLAB_TEST_CHROMIUM;
  const found = onPath(env) ?? (install() ? onPath(env) : undefined);
  if (found !== undefined) return found;
  const said = 'There is no Chromium: install it (apt-get install chromium), or name one with DIRACLAB_TEST_CHROMIUM=/path.';
  if (env.CI === 'true') throw new Error(said);
  console.error(`\n*** SKIPPED: browser stories. ${said} ***\n`);
  return undefined;
}

function onPath(env) {
  for (const directory of (env.PATH ?? '').split(delimiter)) {
    for (const name of names) if (existsSync(join(directory, name))) return join(directory, name);
  }
  return undefined;
}

function install() {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0) return false;
  console.log('== installing Chromium from Debian (once)');
  const run = (...words) => spawnSync('apt-get', words, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0;
  return run('update', '-qq') && run('install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core');
}
