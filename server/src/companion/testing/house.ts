import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, privateSocketPath, readServerFile } from '../../instance/index.ts';

const here = resolve(__dirname);
const root = resolve(here, '../../../..');

/** A private place with the companion's real bundle in it, and the stand-in as its server. */
export interface House {
  dir: string;
  dataDirectory: string;
  companions: Companion[];
  startCompanion(options?: { env?: Record<string, string>; args?: string[]; wrapper?: string[] }): Promise<Companion>;
  serverPid(): Promise<number | undefined>;
  serverLog(): string;
  /** Ends every process and removes everything. */
  clear(): Promise<void>;
}

export interface Companion {
  process: ChildProcess;
  socketPath: string;
  stderr(): string;
  ask(options: AskOptions): Promise<Answer>;
  open(options: AskOptions): ClientRequest;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface AskOptions {
  method?: string;
  path: string;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer;
}

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
  json<T>(): T;
}

/** What Lab's own page sends. */
export const fromLab = {
  host: 'lab:8888',
  origin: 'http://lab:8888',
  cookie: 'username-lab-8888=secret; _xsrf=x',
  'content-type': 'application/json',
};

async function buildPrograms(): Promise<string> {
  const dir = await mkdtemp('/tmp/dl-');
  bundle('server/src/companion/main.ts', join(dir, 'companion.mjs'));
  bundle('server/src/companion/testing/stand-in-server.ts', join(dir, 'server.mjs'));
  return dir;
}

/** A fresh data directory beside bundles that are there already. */
async function openHouse(dir: string): Promise<House> {
  const place = await realpath(await mkdtemp(join(dir, 'h-')));
  const dataDirectory = join(place, 'data');
  const companions: Companion[] = [];
  const house: House = {
    dir,
    dataDirectory,
    companions,
    startCompanion: async ({ env = {}, args = [], wrapper = [] } = {}) => {
      const socketPath = join(place, `c${companions.length}`);
      const command = [...wrapper, process.execPath, join(dir, 'companion.mjs'), '--socket', socketPath, '--data', dataDirectory, ...args];
      const companion = launch(command, socketPath, { ...process.env, ...env });
      companions.push(companion);
      await until(async () => (await canConnect(socketPath)) || companion.process.exitCode !== null, 'the companion listens');
      return companion;
    },
    serverPid: async () => (await readServerFile(dataDirectory))?.pid,
    serverLog: () => (existsSync(join(dataDirectory, 'server.log')) ? readFileSync(join(dataDirectory, 'server.log'), 'utf8') : ''),
    clear: async () => {
      for (const companion of companions) await companion.stop('SIGKILL');
      // All servers that were ever started, those too that a test lost sight of.
      const started = [...house.serverLog().matchAll(/^started (\d+)$/gm)].map(([, pid]) => Number(pid));
      for (const pid of started) if (await isStandIn(pid, dir)) process.kill(pid, 'SIGKILL');
      if (existsSync(dataDirectory))
        await rm(join(await privateSocketPath(dataDirectory, process.env['XDG_RUNTIME_DIR']), '..'), { recursive: true });
      await rm(place, { recursive: true, force: true });
    },
  };
  return house;
}

/** The file is there a moment before anybody listens on it. */
function canConnect(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function bundle(entry: string, outfile: string): void {
  const banner = "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);";
  const options = ['--bundle', '--platform=node', '--format=esm', '--log-level=warning', `--banner:js=${banner}`, `--outfile=${outfile}`];
  const { status, stderr } = spawnSync(join(root, 'node_modules/.bin/esbuild'), [join(root, entry), ...options], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`esbuild ${entry}: ${stderr}`);
}

function launch([command = '', ...args]: string[], socketPath: string, env: NodeJS.ProcessEnv): Companion {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'pipe'], env });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const open = ({ method = 'GET', path, headers = {}, body }: AskOptions): ClientRequest => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    return httpRequest({ socketPath, method, path, agent: false, headers: { host: 'lab:8888', ...headers, ...length } });
  };
  return {
    process: child,
    socketPath,
    stderr: () => stderr,
    open,
    ask: async (options) => {
      const asking = open(options);
      asking.end(options.body);
      const [answer] = (await once(asking, 'response')) as [IncomingMessage];
      return collect(answer);
    },
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

export async function collect(answer: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body, json: <T>() => JSON.parse(body.toString('utf8')) as T };
}

export async function until(isSo: () => boolean | Promise<boolean>, what: string, waitMs = 15_000): Promise<void> {
  const endMs = performance.now() + waitMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`waited ${waitMs} ms in vain until ${what}`);
    await sleep(25);
  }
}

/** A pid may have been given to somebody else by now. */
async function isStandIn(pid: number, dir: string): Promise<boolean> {
  if (!isRunning(pid)) return false;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.includes(join(dir, 'server.mjs'));
}

/** A house for each test of a file, cleared after it; give it a function, since there is none before the first test. */
export function useHouse(): () => House {
  let built: string;
  let house: House;
  beforeAll(async () => {
    built = await buildPrograms();
  });
  afterAll(() => rm(built, { recursive: true }));
  beforeEach(async () => {
    house = await openHouse(built);
  });
  afterEach(() => house.clear());
  return () => house;
}

/** What the stand-in tells about a request and itself. */
export interface SeenByServer {
  pid: number;
  url: string;
  headers: Record<string, string>;
  aborted: number;
  streamedBytes: number;
  env: string[];
}

export const seen = async (companion: Companion): Promise<SeenByServer> =>
  (await companion.ask({ path: '/api/seen' })).json<SeenByServer>();

/** How often a server was started in this house by its companions. */
export const starts = (house: House): number => [...house.serverLog().matchAll(/^started/gm)].length;

export const ended = (pid: number, what = 'the server has ended', waitMs = 15_000): Promise<void> =>
  until(() => !isRunning(pid), what, waitMs);
