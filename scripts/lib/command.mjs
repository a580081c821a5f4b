import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './node24.mjs';
import { Remedy } from './remedy.mjs';

/** What the set-up keeps: logs of its commands and the stamps. */
export const setupDirectory = join(root, '.setup');

/**
 * Runs a command of the set-up. Its output goes to `.setup/<name>.log` and is shown only when it fails, with the last 25 lines: that is
 * where npm, pip and tsc put the reason.
 */
export async function run(name, command, args, { remedy, env = process.env, cwd = root }) {
  mkdirSync(setupDirectory, { recursive: true });
  const logPath = join(setupDirectory, `${name}.log`);
  const log = createWriteStream(logPath);
  let tail = '';
  const { code, error } = await new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    endsWithUs(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        log.write(chunk);
        tail = (tail + chunk).slice(-8000);
      });
    }
    child.on('error', (cause) => resolve({ code: null, error: cause }));
    child.on('close', (status) => resolve({ code: status, error: undefined }));
  });
  await new Promise((resolve) => log.end(resolve));
  if (code === 0) return;
  const lines = tail.trimEnd().split('\n').slice(-25).join('\n    ');
  const reason = error === undefined ? `ended with ${code}:\n    ${lines}\n ` : `could not be started (${error.message}).`;
  throw new Remedy(`${[command, ...args].join(' ')} ${reason}`, `${remedy} The whole output is in ${logPath}.`);
}

/** A set-up that is told to stop takes its npm or pip with it. */
function endsWithUs(child) {
  const stop = (signal) => {
    child.kill(signal);
    process.exit(130);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, stop);
  child.on('close', () => {
    for (const signal of signals) process.removeListener(signal, stop);
  });
}
