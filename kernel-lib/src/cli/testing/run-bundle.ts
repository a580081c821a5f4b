import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../../../..');

/** Bundles the d-commands as the build does, into a directory of the test's own, from today's sources. Gives the path of cli.cjs. */
export function makeBundle(): string {
  const outfile = join(mkdtempSync(join(tmpdir(), 'd-commands-')), 'cli.cjs');
  const { status, stderr } = spawnSync(
    join(root, 'node_modules/.bin/esbuild'),
    [
      'kernel-lib/src/cli/main.ts', '--bundle', '--platform=node', '--target=node24', '--format=cjs', '--minify-syntax', '--log-level=warning',
      '--external:bufferutil', '--external:utf-8-validate', `--outfile=${outfile}`, '--alias:zod=./kernel-lib/src/cli/no-schemas.ts',
      '--alias:@diraclab/contract/node=./contract/src/node-transport.ts', '--alias:@diraclab/contract/sign-in=./contract/src/sign-in/index.ts',
      '--alias:@diraclab/contract/hint=./contract/src/hint.ts', '--alias:@diraclab/contract=./contract/src/index.ts',
    ],
    { cwd: root, encoding: 'utf8' },
  ); // prettier-ignore
  if (status !== 0) throw new Error(`esbuild: ${stderr}`);
  return outfile;
}

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

export interface RunOptions {
  cwd: string;
  env: Record<string, string>;
  input?: string;
  /** Called with what has come so far, after each piece of output. */
  onOut?: (out: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs a program to its end, with an environment of its own: nothing of the developer's leaks in. */
export function runProgram(program: string, args: readonly string[], { cwd, env, input, onOut }: RunOptions): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...env }, stdio: 'pipe' });
    const ran: Ran = { code: null, out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      ran.out += text;
      onOut?.(ran.out, (signal) => child.kill(signal));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.err += text));
    child.on('error', reject).on('close', (code) => resolve({ ...ran, code }));
    child.stdin.on('error', () => {}).end(input ?? '');
  });
}
