import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../start/lab.ts';
import type { Environment } from './environment.ts';

export interface InstalledLab {
  pid: number;
  url: string;
  token: string;
  output(): string;
  /** Calls Lab (`api/…`) or the server behind it (`dirac/api/…`) with Lab's token. */
  call<T = unknown>(path: string, body?: unknown): Promise<{ status: number; body: T }>;
  stop(signal: NodeJS.Signals): Promise<void>;
}

/** `jupyter lab` as its user starts it, with nothing of ours in its settings. */
export async function startInstalledLab(environment: Environment, args: string[] = []): Promise<InstalledLab> {
  const port = await freePort();
  const settings = [
    '--no-browser',
    `--ServerApp.port=${port}`,
    '--ServerApp.port_retries=0',
    ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
  ];
  const lab = environment.start('jupyter', ['lab', ...settings, ...args]);
  const exited = new Promise<void>((done) => lab.once('exit', () => done()));
  const { url, token, pid } = await whereItIs(environment, port, lab.output, () => lab.exitCode !== null);
  return {
    pid,
    url,
    token,
    output: lab.output,
    call: async <T>(path: string, body?: unknown) => {
      const answer = await fetch(new URL(path, url), {
        headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
        redirect: 'manual',
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, body: (/json/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : text) as T };
    },
    stop: async (signal) => {
      process.kill(pid, signal);
      await exited;
    },
  };
}

async function whereItIs(environment: Environment, port: number, output: () => string, hasEnded: () => boolean) {
  const runtime = join(environment.home, '.local/share/jupyter/runtime');
  for (const end = Date.now() + 90_000; Date.now() < end && !hasEnded(); await sleep(100)) {
    for (const name of await readdir(runtime).catch(() => [])) {
      if (!/^jpserver-\d+\.json$/.test(name)) continue;
      const file = JSON.parse(await readFile(join(runtime, name), 'utf8').catch(() => '{}')) as {
        url?: string;
        token?: string;
        pid?: number;
      };
      if (file.url === undefined || file.token === undefined || file.pid === undefined || !isAlive(file.pid)) continue;
      if (new URL(file.url).port !== String(port)) continue;
      const url = file.url.replace('localhost', '127.0.0.1');
      const answer = await fetch(new URL('api', url)).catch(() => undefined);
      if (answer?.ok) return { url, token: file.token, pid: file.pid };
    }
  }
  throw new Error(`JupyterLab did not come up:\n${output()}`);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
