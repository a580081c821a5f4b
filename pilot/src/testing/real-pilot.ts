import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { testToken } from './test-server.ts';

export interface RealPilot {
  readonly process: ChildProcess;
  readonly workDirectory: string;
  readonly exited: Promise<number | null>;
  log(): string;
}

export interface PilotBench {
  /** Starts a bundled pilot, its token on standard input. */
  start(options: readonly string[], environment?: Record<string, string>): RealPilot;
  /** The same on a file system of its own with so many MB; undefined where this user may not mount one. */
  startOnDisk(sizeMB: number, options: readonly string[]): RealPilot | undefined;
  directory(): string;
  /** Ends every pilot and removes all directories. */
  clear(): Promise<void>;
}

/** Bundles the pilot as the build does, from the sources as they are. */
export function createPilotBench(): PilotBench {
  const base = mkdtempSync(join(tmpdir(), 'pilot-test-'));
  const bundle = join(base, 'pilot.cjs');
  const root = resolve(__dirname, '../../..');
  const { status, stderr } = spawnSync(
    join(root, 'node_modules/.bin/esbuild'),
    [
      join(root, 'pilot/src/main.ts'), '--bundle', '--platform=node', '--target=node24', '--format=cjs', `--outfile=${bundle}`,
      `--alias:@diraclab/contract/node=${join(root, 'contract/src/node-transport.ts')}`,
      `--alias:@diraclab/contract=${join(root, 'contract/src/index.ts')}`,
    ], // prettier-ignore
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 },
  );
  if (status !== 0) throw new Error(`the pilot does not bundle: ${stderr}`);
  const pilots: RealPilot[] = [];
  const directory = () => mkdtempSync(join(base, 'd-'));
  function launch(
    prefix: readonly string[],
    workDirectory: string,
    options: readonly string[],
    environment: Record<string, string>,
  ): RealPilot {
    const [command = '', ...rest] = [...prefix, process.execPath, bundle, '--work-dir', workDirectory, ...options];
    const child = spawn(command, rest, {
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...environment },
    });
    let lines = '';
    child.stderr?.on('data', (chunk: Buffer) => (lines += chunk.toString()));
    child.stdin?.end(`${testToken}\n`);
    const exited = new Promise<number | null>((settle) => child.once('exit', settle));
    const pilot = { process: child, workDirectory, exited, log: () => lines };
    pilots.push(pilot);
    return pilot;
  }

  return {
    directory,
    start: (options, environment = {}) => launch([], directory(), options, environment),
    startOnDisk(sizeMB, options) {
      const workDirectory = directory();
      const mount = `mount -t tmpfs -o size=${sizeMB}m tmpfs "$1" && shift && exec "$@"`;
      const within = ['unshare', '--map-root-user', '--mount', 'sh', '-c', mount, 'sh', workDirectory];
      if (spawnSync(within[0] ?? '', [...within.slice(1), 'true']).status !== 0) return undefined;
      return launch(within, workDirectory, options, {});
    },
    async clear() {
      for (const pilot of pilots) pilot.process.kill('SIGKILL');
      await Promise.all(pilots.map(({ exited }) => exited));
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** Processes with this text in their command line, the living only. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    try {
      const isZombie = / Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\)/, ')'));
      return !isZombie && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(text) ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}

/** Undefined when the process ended while we looked. */
export function parentOf(pid: number): number | undefined {
  try {
    return Number(/\) \w (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1]);
  } catch {
    return undefined;
  }
}
