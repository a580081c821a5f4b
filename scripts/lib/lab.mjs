import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './node24.mjs';
import { venvPython } from './python.mjs';
import { Remedy } from './remedy.mjs';

const longestLogBytes = 5_000_000;

/**
 * Starts JupyterLab in a process group of its own: Ctrl-C reaches start.mjs alone, which then stops Lab in the right order (Lab itself would
 * ask "Shutdown this Jupyter server?"). Lab's log goes to a file (0600): it names the token.
 */
export function spawnLab({ port, env, logPath, rootDirectory = join(root, 'notebooks'), baseUrl = '/' }) {
  const isLong = existsSync(logPath) && statSync(logPath).size > longestLogBytes;
  const log = openSync(logPath, isLong ? 'w' : 'a', 0o600);
  const settings = [
    '--no-browser',
    '--ServerApp.ip=127.0.0.1',
    `--ServerApp.port=${port}`,
    '--ServerApp.port_retries=0',
    `--ServerApp.root_dir=${rootDirectory}`,
    `--ServerApp.base_url=${baseUrl}`,
    '--MappingKernelManager.default_kernel_name=diraclab',
    // Without this, Lab's terminals are login shells, and /etc/profile of Debian and others throws PATH with the d-commands away.
    `--ServerApp.terminado_settings={"shell_command": [${JSON.stringify(env.SHELL || '/bin/sh')}]}`,
    // Containers often have no other user; Lab listens on the loopback interface only and keeps its token.
    ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
  ];
  const args = [join(root, 'jupyter-config/run_lab.py'), String(process.pid), ...settings];
  const child = spawn(venvPython, args, { env, cwd: rootDirectory, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  return { pid: child.pid, logPath, ended, hasEnded: () => child.exitCode !== null || child.signalCode !== null };
}

/** Address and token, from the file that Lab writes for its user. */
export async function whereLabIs(lab, runtimeDirectory, port) {
  const path = join(runtimeDirectory, `jpserver-${lab.pid}.json`);
  let place;
  await until(lab, 60_000, `JupyterLab did not come up on 127.0.0.1:${port}.`, () => (place = readWhole(path)) !== undefined);
  const { url, token } = place;
  if (token === '') {
    throw new Remedy('Your Jupyter settings switch the token off, so that every user of this machine could run programs as you.', 'Remove "token" and "password" from the files that "jupyter --paths" lists under config.');
  }
  return { url, token, openFile: join(runtimeDirectory, `jpserver-${lab.pid}-open.html`) };
}

/** Lab makes the file and then writes it: in between it is empty. */
function readWhole(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Waits until the server answers through Lab's own origin: from then on a cell can submit. */
export async function waitForServer(lab, { url, token }, serverLogPath) {
  let answer = 'no answer';
  await until(
    lab,
    60_000,
    () => `JupyterLab runs, but the server behind it is not ready (${answer}; its log is ${serverLogPath}).`,
    async () => {
      try {
        const response = await fetch(new URL('dirac/api/health/ready', url), {
          headers: { authorization: `token ${token}` },
          redirect: 'manual',
          signal: AbortSignal.timeout(35_000),
        });
        if (response.ok) return true;
        const problem = await response.json().catch(() => ({}));
        answer = [`HTTP ${response.status}`, problem.detail, problem.next].filter((part) => part).join(' ');
      } catch (error) {
        answer = String(error.cause?.message ?? error.message);
      }
      return false;
    },
  );
}

/**
 * Ends Lab: asks it first, because only then it shuts its kernels down (once a proxied server was started, Lab's SIGTERM handler is replaced
 * by one that does not); then signals its group. Kernels and companion that are left see that their parent is gone and end by themselves.
 */
export async function stopLab(lab, where) {
  if (where !== undefined && !lab.hasEnded()) {
    const headers = { authorization: `token ${where.token}` };
    await fetch(new URL('api/shutdown', where.url), { method: 'POST', headers, signal: AbortSignal.timeout(4000) }).catch(() => undefined);
    await endedWithin(lab, 4000);
  }
  // What is left of the group, Lab or the companion, gets two seconds to end by itself.
  if (!signalLab(lab, 'SIGTERM')) return;
  for (const end = Date.now() + 2000; Date.now() < end; await sleep(50)) {
    if (!signalLab(lab, 0)) return;
  }
  signalLab(lab, 'SIGKILL');
}

/** Signals every process of Lab's group; false when none is left. */
export function signalLab(lab, signal) {
  try {
    return process.kill(-lab.pid, signal);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
    throw error;
  }
}

const endedWithin = (lab, ms) => Promise.race([lab.ended.then(() => true), sleep(ms, false, { ref: false })]);

async function until(lab, ms, problem, isTrue) {
  const sentence = () => (typeof problem === 'string' ? problem : problem());
  const end = Date.now() + ms;
  while (!(await isTrue())) {
    if (lab.hasEnded()) throw new Remedy('JupyterLab ended while it was starting.', lastLines(lab.logPath));
    if (Date.now() > end) throw new Remedy(sentence(), lastLines(lab.logPath));
    await sleep(100);
  }
}

function lastLines(logPath) {
  const lines = readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-12);
  return `The last lines of ${logPath}:\n    ${lines.join('\n    ').replaceAll(/token=\w+/g, 'token=...')}`;
}
