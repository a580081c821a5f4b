import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processesOf } from './processes.ts';

export const root = resolve(import.meta.dirname, '../..');

/** One `npm start`, with its own data directory and Jupyter settings, as a newcomer has it who has no ~/.jupyter. */
export interface StartedLab {
  process: ChildProcess;
  dataDirectory: string;
  /** Lab's own process, from the name of the file it writes for its user. */
  labPid(): Promise<number>;
  /** Calls Lab (`api/…`) or the server behind it (`dirac/api/…`) with Lab's token. */
  call(path: string, body?: unknown): Promise<Response>;
  url: string;
  token: string;
  stdout(): string;
  stderr(): string;
  exited: Promise<number | null>;
  /** Commands that belong to this start and still run; waits for them to go. */
  left(withinMs: number): Promise<string[]>;
  end(): Promise<void>;
}

/** Runs start.mjs without waiting for anything. */
export function runStart(args: string[], env: NodeJS.ProcessEnv = process.env) {
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs'), '--no-browser', ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exited = new Promise<number | null>((done) => child.on('close', done));
  return { process: child, stdout: () => stdout, stderr: () => stderr, exited };
}

export async function startLab(): Promise<StartedLab> {
  const directory = await mkdtemp(join(tmpdir(), 'lab-'));
  const dataDirectory = join(directory, 'data');
  const env = { ...process.env, JUPYTER_CONFIG_DIR: join(directory, 'config'), IPYTHONDIR: join(directory, 'ipython') };
  const started = runStart(['--data', dataDirectory, '--lab-port', String(await freePort())], env);
  const left = async (withinMs: number) => {
    const end = Date.now() + withinMs;
    let commands = await processesOf(dataDirectory);
    while (commands.length > 0 && Date.now() < end) {
      await sleep(200);
      commands = await processesOf(dataDirectory);
    }
    return commands.map(({ pid, command }) => `${pid} ${command}`);
  };
  const end = async () => {
    for (const { pid } of await processesOf(dataDirectory)) quietly(() => process.kill(pid, 'SIGKILL'));
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const { url, token } = await readyLine(started);
    return {
      ...started,
      dataDirectory,
      url,
      token,
      labPid: async () => {
        const lab = (await processesOf(dataDirectory)).find(({ command }) => command.includes('run_lab.py'));
        if (lab === undefined) throw new Error('no process of JupyterLab');
        return lab.pid;
      },
      call: (path, body) =>
        fetch(new URL(path, url), {
          headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
          redirect: 'manual',
          ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
        }),
      left,
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function readyLine({ stdout, stderr, exited }: ReturnType<typeof runStart>): Promise<{ url: string; token: string }> {
  let gone = false;
  void exited.then(() => (gone = true));
  const end = Date.now() + 90_000;
  for (;;) {
    const [, url, token] = /^diraclab is ready: (http:\/\/127\.0\.0\.1:\d+\/)lab\?token=(\w+)\n$/.exec(stdout()) ?? [];
    if (url !== undefined && token !== undefined) return { url, token };
    if (gone || Date.now() > end) throw new Error(`npm start did not become ready.\nstdout: ${stdout()}\nstderr: ${stderr()}`);
    await sleep(100);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function quietly(act: () => unknown): void {
  try {
    act();
  } catch {
    // It ended by itself in between.
  }
}
