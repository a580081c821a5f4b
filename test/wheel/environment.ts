import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { processesOf } from '../start/processes.ts';

export const root = resolve(__dirname, '../..');
const execute = promisify(execFile);

/** The wheel, built if its sources have changed. */
export async function buildWheel(version = '0.1.0'): Promise<string> {
  const { stdout } = await execute(process.execPath, [join(root, 'scripts/build-wheel.mjs'), '--version', version], { cwd: root });
  const [, path] = /^(\S+\.whl) /m.exec(stdout) ?? [];
  if (path === undefined) throw new Error(`build-wheel did not name its wheel: ${stdout}`);
  return path;
}

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** A Python environment of one story, as a scientist has it: a home of its own, and neither Node nor npm on PATH. */
export interface Environment {
  directory: string;
  home: string;
  /** The folder with the environment's programs. */
  bin: string;
  env: Record<string, string>;
  pip(...words: string[]): Promise<void>;
  run(program: string, args?: string[], options?: { cwd?: string; env?: Record<string, string> }): Promise<Ran>;
  start(program: string, args: string[], env?: Record<string, string>): ChildProcess & { output(): string };
  /** Commands that still run and belong to this environment; waits for them to go. */
  left(withinMs: number): Promise<string[]>;
  clear(): Promise<void>;
}

export async function createEnvironment(): Promise<Environment> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'wheel-')));
  const [home, venv, tools] = ['home', 'venv', 'tools'].map((name) => join(directory, name)) as [string, string, string];
  for (const folder of [home, tools]) await mkdir(folder);
  await linkTools(tools);
  await execute('python3', ['-m', 'venv', venv]);
  const bin = join(venv, 'bin');
  const env = {
    HOME: home,
    PATH: tools,
    LANG: 'C.UTF-8',
    SHELL: '/bin/sh',
    JUPYTER_PREFER_ENV_PATH: '1',
    ...registrySettings(process.env),
  };
  const program = (name: string) => (name.includes('/') ? name : join(bin, name));

  const environment: Environment = {
    directory,
    home,
    bin,
    env,
    pip: async (...words) => {
      await execute(join(bin, 'python'), ['-m', 'pip', '--disable-pip-version-check', '--no-input', ...words], {
        env: { ...process.env },
        maxBuffer: 64 * 1024 * 1024,
      });
    },
    run: async (name, args = [], options = {}) => {
      const settings = { cwd: options.cwd ?? home, env: { ...env, ...options.env }, maxBuffer: 64 * 1024 * 1024 };
      return execute(program(name), args, settings).then(
        ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
        ({ code, stdout, stderr, message }: { code?: unknown; stdout?: string; stderr?: string; message: string }) => ({
          code: typeof code === 'number' ? code : 1,
          out: stdout ?? '',
          err: stderr || message,
        }),
      );
    },
    start: (name, args, more = {}) => {
      const child = spawn(program(name), args, { cwd: home, env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      return Object.assign(child, { output: () => output });
    },
    left: async (withinMs) => {
      const end = Date.now() + withinMs;
      let commands = await processesOf(directory);
      while (commands.length > 0 && Date.now() < end) {
        await new Promise((done) => setTimeout(done, 200));
        commands = await processesOf(directory);
      }
      return commands.map(({ pid, command }) => `${pid} ${command}`);
    },
    clear: async () => {
      // Again until none is left: some start others anew while they still can.
      for (let left = await processesOf(directory); left.length > 0; left = await processesOf(directory)) {
        for (const { pid } of left) {
          try {
            process.kill(pid, 'SIGKILL');
          } catch {
            // It ended by itself in between.
          }
        }
      }
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return environment;
}

/** The machine's usual programs, without any Node. */
async function linkTools(tools: string): Promise<void> {
  for (const folder of ['/usr/bin', '/bin', '/usr/local/bin']) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (/^(node|nodejs|npm|npx|corepack|yarn|pnpm)$/.test(name)) continue;
      await symlink(join(folder, name), join(tools, name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
    }
  }
}

/** Where the machine's settings put them, pip's registries and certificates stand in the environment. */
function registrySettings(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => /^(SSL_CERT_|TMPDIR$)/.test(name) && value !== undefined),
  ) as Record<string, string>;
}
