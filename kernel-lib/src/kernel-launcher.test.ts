import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cardMimeType } from './display';
import { startKernel } from './testing/kernel-client';
import { startTinyServer, type TinyServer } from './testing/tiny-server';

/** A real kernel process in a folder that knows nothing of this project, spoken to by ZeroMQ. */
const launcher = resolve(__dirname, '../dist/kernel-launcher.cjs');
type Kernel = Awaited<ReturnType<typeof startKernel>>;

let server: TinyServer;
let folder: string;
let kernel: Kernel;
jest.setTimeout(90_000);

const environment = () => ({ PATH: process.env['PATH'], HOME: folder, ...server.env });
beforeAll(async () => {
  if (!existsSync(launcher)) throw new Error('kernel-lib is not built: run "node scripts/build.mjs kernel-lib" first.');
  server = await startTinyServer();
  folder = await mkdtemp(join(tmpdir(), 'notebook-'));
  kernel = await startKernel([process.execPath, launcher], folder, environment());
  await kernel.ask('kernel_info_request', {});
});
afterAll(async () => {
  await kernel.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("import 'diraclab' in a folder without node_modules", () => {
  it('runs, with types', async () => {
    expect(
      await kernel.run(`import { dirac, Job, sweep } from 'diraclab';\nconsole.log(typeof dirac.submit, sweep({a: [1, 2]}).length)`),
    ).toMatchObject({
      status: 'ok',
      stdout: 'function 2\n',
      stderr: '',
    });
    const wrong = await kernel.run(`import { dirac } from 'diraclab';\nawait dirac.submit({ run: 'true', cpu: '2 hours' });`);
    expect(wrong.status).toBe('error');
    expect(wrong.stderr).toContain(`2:35 - Type '"2 hours"' is not assignable`);
  });

  it('with completion and inspection', async () => {
    const code = `import { dirac } from 'diraclab';\ndirac.`;
    const { matches } = await kernel.ask('complete_request', { code, cursor_pos: code.length });
    expect(matches).toEqual(['jobs', 'map', 'open', 'preview', 'submit', 'usage', 'whoami']);
    const inspected = await kernel.ask('inspect_request', {
      code: `import { range } from 'diraclab'; range(1, 2)`,
      cursor_pos: 36,
      detail_level: 0,
    });
    expect(JSON.stringify(inspected['data'])).toContain('both ends belong to it');
  });

  it('a submitted job shows its card in the cell; the last state comes later, into the same output', async () => {
    const submitted = await kernel.run(`import { dirac } from 'diraclab';\nconst hello = await dirac.submit('echo hello');\nhello`);
    expect(submitted).toMatchObject({ status: 'ok', stderr: '', stdout: 'JobHandle { id: 101 }\n' });
    expect(Object.keys(submitted.displays[0]?.data ?? {})).toEqual([cardMimeType, 'text/html', 'text/plain']);
    server.jobs.write(101, 'hello\n');
    setTimeout(() => server.jobs.end(101), 200);
    expect(await kernel.run(`console.log(await hello.stdout.text())`)).toMatchObject({ stdout: 'hello\n\n' });
    const updates = kernel.seen.filter(({ type }) => type === 'update_display_data');
    expect(JSON.stringify(updates.at(-1)?.content)).toContain('"status":"Done"');
  });
});

it('an interrupt ends the wait at once, the job and the kernel go on', async () => {
  await kernel.run(`import { dirac } from 'diraclab';\nconst long = await dirac.submit('sleep 1000');`);
  const waiting = kernel.run(`await long.result();`);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const watches = server.watches.size;
  process.kill(kernel.pid, 'SIGINT');
  expect((await waiting).status).toBe('error');
  expect(await kernel.run(`console.log(await long.status())`)).toMatchObject({ status: 'ok', stdout: 'Waiting\n' });
  expect(server.watches.size).toBe(watches - 1);
});

describe('cells that tslab alone refuses', () => {
  it('for await alone', async () => {
    expect(await kernel.run(`for await (const n of (async function* () { yield 1; yield 2; })()) console.log(n);`)).toMatchObject({
      stdout: '1\n2\n',
      stderr: '',
    });
  });
  it('an await inside another', async () => {
    expect(await kernel.run(`await (await Promise.resolve({ text: async () => 'inner' })).text()`)).toMatchObject({
      stdout: 'inner\n',
      stderr: '',
    });
  });
  it('their messages name the right place', async () => {
    const wrong = await kernel.run(
      `const bad: number = await (await Promise.resolve({ text: async () => 'x' })).text();\nconst worse: number = 'y';`,
    );
    expect(wrong.stderr).toContain(`1:7 - Type 'string' is not assignable to type 'number'`);
    expect(wrong.stderr).toContain(`2:7 - Type 'string' is not assignable to type 'number'`);
  });
  it('and what it takes stays as it was: last values, awaits in functions, comments', async () => {
    expect((await kernel.run(`const two = 1 + 1;\ntwo`)).stdout).toBe('2\n');
    expect((await kernel.run(`async function later() { await 0; return 'await'; }\nlater().then(console.log);`)).stdout).toContain('await');
    expect((await kernel.run(`// await nothing\nconst x = await Promise.resolve(3);\nx`)).stdout).toBe('3\n');
    expect((await kernel.run(`x + two`)).stdout).toBe('5\n');
  });
});

describe('the kernel ends', () => {
  it('on a shutdown request, though a cell left a timer and a connection open', async () => {
    const other = await startKernel([process.execPath, launcher], folder, environment());
    try {
      await other.ask('kernel_info_request', {});
      await other.run(`setInterval(() => {}, 1000); import { dirac } from 'diraclab'; await dirac.submit('sleep 1000'); await 0;`);
      await other.shutdown();
      expect(await other.ended(5000)).toBe('ended');
    } finally {
      await other.close();
    }
  });

  it('with its parent, even while a cell loops for ever', async () => {
    // The parent starts the kernel and waits; then it is killed as hard as can be.
    const script = `const { spawn } = require('child_process'); const kernel = spawn(process.execPath, process.argv.slice(1), { stdio: 'ignore' }); console.log(kernel.pid); setInterval(() => {}, 1000);`;
    const other = await startKernel([process.execPath, '-e', script, launcher], folder, environment());
    const pid = await new Promise<number>((resolve) => other.process.stdout?.once('data', (chunk: Buffer) => resolve(Number(chunk))));
    try {
      await other.ask('kernel_info_request', {});
      void other.run('while (true) {}').catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(isAlive(pid)).toBe(true);
      other.process.kill('SIGKILL');
      for (let tries = 0; tries < 50 && isAlive(pid); tries += 1) await new Promise((resolve) => setTimeout(resolve, 100));
      expect(isAlive(pid)).toBe(false);
    } finally {
      if (isAlive(pid)) process.kill(pid, 'SIGKILL');
      await other.close();
    }
  });

  it('says how it is used when it gets no connection file', async () => {
    const alone = spawn(process.execPath, [launcher]);
    const text = await new Promise<string>((resolve) => alone.stderr.once('data', (chunk: Buffer) => resolve(chunk.toString())));
    expect(text).toContain('CONNECTION_FILE');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
