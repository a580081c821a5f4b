import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './lab.ts';
import { processesOf } from './processes.ts';

jest.setTimeout(120_000);

describe('npm run server', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'server-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  function run(...args: string[]) {
    const child = spawn(process.execPath, [join(root, 'scripts/server.mjs'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const exited = new Promise<number | null>((done) => child.on('close', done));
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    return { child, exited, stderr: () => stderr };
  }

  it('takes the arguments of the server, is the server, and ends with its exit code', async () => {
    const { child, exited, stderr } = run('--data', join(directory, 'data'));
    const line = await Promise.race([
      new Promise<string>((done) => child.stdout.once('data', (chunk: Buffer) => done(chunk.toString()))),
      exited.then(() => stderr()),
    ]);
    expect(line).toMatch(/^listening on unix:\/\S+\n$/);
    // Killing it, even by SIGKILL, hits the server itself: nothing stands between.
    expect((await processesOf(directory)).filter(({ command }) => command.includes('scripts/server.mjs')).map(({ pid }) => pid)).toEqual([
      child.pid,
    ]);
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(await processesOf(directory)).toEqual([]);
  });

  it('hands on what the server says to a wrong argument', async () => {
    const { exited, stderr } = run('--datta', directory);
    expect(await exited).not.toBe(0);
    expect(stderr()).toMatch(/--datta/);
  });
});
