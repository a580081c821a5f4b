import { createClient, getJob, isFinal, listPilots, searchJobs } from '@diraclab/contract';
import type { Client, Job, JobDetails } from '@diraclab/contract';
import { nodeTransport } from '@diraclab/contract/node';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');
const serverBundle = join(root, 'server/dist/server.mjs');

/** True with `npm run test:full`: the same stories at the sizes the issues name. */
export const isFull = process.env['DIRACLAB_TEST_FULL'] === '1';

export interface RealServer {
  call: Client;
  address: string;
  pid: number;
  dataDirectory: string;
  /** Standard error so far. */
  log(): string;
  /** kill -9: no farewell. */
  kill(): Promise<void>;
  /** SIGTERM, and waits until it is gone. */
  stop(): Promise<number | null>;
}

/** The bundled server in a process of its own, as a user starts it. */
export async function startRealServer(dataDirectory: string, more: string[] = []): Promise<RealServer> {
  const { child, log } = launch(['--data', dataDirectory, ...more]);
  const address = await new Promise<string>((resolveAddress, reject) => {
    let out = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const [, found] = /listening on (\S+)\n/.exec(out) ?? [];
      if (found !== undefined) resolveAddress(found);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${log()}`)));
  });
  const token = readFileSync(join(dataDirectory, 'token'), 'utf8').trim();
  const gone = new Promise<number | null>((ended) => child.once('exit', (code) => ended(code)));
  return {
    call: createClient(nodeTransport(address), () => ({ authorization: `Bearer ${token}` })),
    address,
    pid: child.pid ?? 0,
    dataDirectory,
    log,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async stop() {
      child.kill('SIGTERM');
      return gone;
    },
  };
}

/** For starts that fail: what was said, and the exit code. */
export async function runServer(
  words: string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; err: string; out: string }> {
  const { child, log } = launch(words, env);
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const code = await new Promise<number | null>((ended) => child.once('close', ended));
  clearTimeout(timer);
  return { code, err: log(), out };
}

function launch(words: string[], env: Record<string, string> = {}): { child: ChildProcess; log: () => string } {
  if (!existsSync(serverBundle)) throw new Error('There is no server/dist/server.mjs: run node scripts/build.mjs first.');
  const child = spawn(process.execPath, [serverBundle, ...words], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let err = '';
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return { child, log: () => err };
}

/** Temporary data directories and the servers on them, ended after each story whatever happened. */
export function useRealServers(): { start(more?: string[], dataDirectory?: string): Promise<RealServer>; newDirectory(): string } {
  const servers: RealServer[] = [];
  const directories: string[] = [];
  const newDirectory = (): string => {
    const directory = mkdtempSync(join(tmpdir(), 'diraclab-journey-'));
    directories.push(directory);
    return directory;
  };
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
    // A killed server's pilot may be left: it belongs to the directory, and so does its end.
    for (const directory of directories.splice(0)) {
      for (const pid of processesNaming(directory)) process.kill(pid, 'SIGKILL');
      rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  });
  return {
    newDirectory,
    async start(more = [], dataDirectory = newDirectory()) {
      const server = await startRealServer(dataDirectory, more);
      servers.push(server);
      return server;
    },
  };
}

/** Processes whose command line names this text, but not ours. */
export function processesNaming(text: string): number[] {
  return readProcesses()
    .filter(({ pid, commandLine }) => pid !== process.pid && commandLine.includes(text))
    .map(({ pid }) => pid);
}

function readProcesses(): { pid: number; commandLine: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const commandLine = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return /^State:\s+Z/m.test(readFileSync(`/proc/${name}/status`, 'utf8')) ? [] : [{ pid: Number(name), commandLine }];
      } catch {
        return []; // It ended while we looked.
      }
    });
}

export async function until<T>(what: string, find: () => Promise<T | undefined> | T | undefined, withinMs = 25_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const found = await find();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((next) => setTimeout(next, 50));
  }
  throw new Error(`${what}: not within ${withinMs} ms${last instanceof Error ? ` (${last.message})` : ''}`);
}

export function untilFinal({ call }: { call: Client }, jobId: number, withinMs?: number): Promise<JobDetails> {
  return until(
    `job ${jobId} final`,
    async () => {
      const job = await call(getJob, { params: { jobId } });
      return isFinal(job.status) ? job : undefined;
    },
    withinMs,
  );
}

export async function allJobs({ call }: { call: Client }): Promise<Job[]> {
  const jobs: Job[] = [];
  let after: string | null = null;
  do {
    const page: { jobs: Job[]; next: string | null } = await call(searchJobs, {
      body: { limit: 1000, sort: { field: 'jobId', direction: 'asc' }, ...(after === null ? {} : { after }) },
    });
    jobs.push(...page.jobs);
    after = page.next;
  } while (after !== null);
  return jobs;
}

export function untilPilot({ call }: { call: Client }): Promise<number> {
  return until('a pilot', async () => (await call(listPilots, {})).pilots.find(({ status }) => status === 'Running')?.pilotId);
}
