import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A PostgreSQL of the test's own, to be stopped and started as it likes: never the one that other tests share. */
export interface OwnPostgres {
  url: string;
  start(): void;
  /** `immediate` is as if the machine lost its power. */
  stop(how: 'fast' | 'immediate'): void;
  remove(): Promise<void>;
}

const run = (command: string, args: readonly string[]): string => execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim(); // prettier-ignore

function binaries(): string | undefined {
  const found = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' });
  const folders = [...(found.status === 0 ? [found.stdout.trim()] : []), ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.find((folder) => spawnSync(join(folder, 'pg_ctl'), ['--version']).status === 0 && spawnSync(join(folder, 'initdb'), ['--version']).status === 0); // prettier-ignore
}

/** PostgreSQL does not run as root: then as the user its package made, or as nobody. */
function owner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const name = spawnSync('id', ['-u', 'postgres']).status === 0 ? 'postgres' : 'nobody';
  return { uid: Number(run('id', ['-u', name])), gid: Number(run('id', ['-g', name])) };
}

/** Undefined where PostgreSQL's programs are not installed. */
export async function makeOwnPostgres(password: string): Promise<OwnPostgres | undefined> {
  const folder = binaries();
  if (folder === undefined) return undefined;
  const as = owner();
  const home = mkdtempSync(join(tmpdir(), 'diraclab-pg-'));
  if (as !== undefined) chownSync(home, as.uid, as.gid);
  const data = join(home, 'data');
  const port = await freePort();
  const act = (program: string, args: readonly string[]): void => {
    const done = spawnSync(join(folder, program), args, { ...as, cwd: home, env: { ...process.env, LC_ALL: 'C.UTF-8' }, stdio: 'ignore', timeout: 60_000 }); // prettier-ignore
    if (done.status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${done.status ?? done.signal ?? 'nothing'}`);
  };
  act('initdb', ['-D', data, '-U', 'tester', '-A', 'trust', '-E', 'UTF8', '--no-sync']);
  return {
    url: `postgres://tester:${password}@127.0.0.1:${port}/postgres`,
    start: () => act('pg_ctl', ['-D', data, '-w', '-o', `-p ${port} -k ${home} -c listen_addresses=127.0.0.1`, '-l', join(home, 'log'), 'start']), // prettier-ignore
    stop: (how) => act('pg_ctl', ['-D', data, '-w', '-m', how, 'stop']),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
