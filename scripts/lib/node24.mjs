// Node 24 comes with the project: npm installs the platform's package and links its program to node_modules/.bin/node.
// What stands here must run on the Node a machine happens to have (18 or later).
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Remedy } from './remedy.mjs';

/** The repository's root. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

const major = (version) => Number(version.split('.')[0]);

/** The project's Node 24: its own, or the one that runs this where npm has none for the platform and it is new enough. */
export function node24() {
  const own = join(root, 'node_modules/.bin/node');
  if (existsSync(own)) return realpathSync(own);
  if (major(process.versions.node) >= 24) return process.execPath;
  throw new Remedy(
    `diraclab needs Node 24, and npm brought none for ${process.platform}-${process.arch}.`,
    'Install Node 24 or later from nodejs.org and run this again with it.',
  );
}

/** Set for a script that was started again under Node 24; it ends with the process that did so. */
const rerunMark = 'DIRACLAB_RERUN_OF';

/**
 * Runs the script again under Node 24 and ends with its exit code; returns at once where Node 24 already runs it.
 * Signals are handed on. A terminal sends Ctrl-C to both processes, so the inner one may see it twice (see `ctrl-c.mjs`).
 */
export async function rerunUnderNode24(script) {
  if (major(process.versions.node) >= 24) return;
  const env = { ...process.env, [rerunMark]: String(process.pid) };
  const inner = spawn(node24(), [script, ...process.argv.slice(2)], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => inner.kill(signal));
  await new Promise((_, reject) => {
    inner.on('error', reject);
    inner.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/**
 * Calls `onGone` when the process that this one stands in for is gone: the outer Node of {@link rerunUnderNode24}, or npm, which dies without
 * a word to its script when it is killed. A script started by hand has no such parent and goes on when its shell ends (nohup).
 */
export function watchParent(onGone, env = process.env) {
  if (env[rerunMark] === undefined && env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, 1000);
  timer.unref();
}
