import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type TypeScript from 'typescript';
import { startTinyServer, type TinyServer } from './testing/tiny-server';

/** What is published: the bundle and its types, as `node scripts/build.mjs kernel-lib` makes them. */
const ourPackage = resolve(__dirname, '..');
const load = createRequire(__filename);
const run = promisify(execFile);

beforeAll(() => {
  if (!existsSync(join(ourPackage, 'dist/index.js')))
    throw new Error('kernel-lib is not built: run "node scripts/build.mjs kernel-lib" first.');
});

describe("the types, read by the notebook's TypeScript", () => {
  const ts = load(load.resolve('@tslab/typescript-for-tslab', { paths: [load.resolve('tslab/package.json')] })) as typeof TypeScript;

  /** Checked as a cell is: Node10 resolution, which looks at `main` and `types` only. */
  async function check(cell: string, strict: boolean): Promise<string[]> {
    const folder = await mkdtemp(join(tmpdir(), 'cell-'));
    try {
      await mkdir(join(folder, 'node_modules'));
      await symlink(ourPackage, join(folder, 'node_modules/diraclab'));
      await writeFile(join(folder, 'cell.ts'), cell);
      const program = ts.createProgram([join(folder, 'cell.ts')], {
        module: ts.ModuleKind.ESNext,
        // Its name in TypeScript 5.0 is Node10, with the number of what later versions call NodeJs.
        moduleResolution: 2,
        target: ts.ScriptTarget.ES2022,
        lib: ['lib.es2022.d.ts'],
        typeRoots: [resolve(ourPackage, '../node_modules/tslab/node_modules/@types')],
        types: ['node'],
        strict,
        noEmit: true,
        skipLibCheck: false,
      });
      const ours = (file: TypeScript.SourceFile | undefined) => file === undefined || !file.fileName.includes('/@types/');
      return ts.getPreEmitDiagnostics(program).filter(({ file }) => ours(file)).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')); // prettier-ignore
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  const cell = `
    import { dirac, Dirac, Job, JobFailed, range, sweep, type JobSpec } from 'diraclab';
    const spec: JobSpec = { run: './fit.sh {seed}', inputs: ['fit.sh', { path: '/a/b', as: 'c' }], outputs: ['*.json'], cpu: '2h', memory: '2GiB' };
    export async function story(): Promise<number> {
      const hello = await dirac.submit('echo hello');
      await dirac.submit({ run: ['echo', 'hello', 7] });
      for await (const line of hello.stdout.follow({ timeout: '10m' })) line.toUpperCase();
      const scan = await dirac.map(sweep({ seed: range(1, 3), mode: ['a', 'b'] }), spec, { name: 'scan' });
      const { ok, failed } = await scan.gather({ parse: (files) => files.json<{ chi2: number }>('fit.json'), timeout: '6h' });
      const seed: number = ok[0].params.seed;
      const mode: 'a' | 'b' = ok[0].params.mode;
      const texts: string[] = await scan.values();
      for await (const job of scan.changes({ states: ['Failed'] })) job.params.seed.toFixed();
      if (failed[0].error instanceof JobFailed) failed[0].error.tail.trim();
      const job = new Job();
      job.setCPUTime(500);
      job.setExecutable('echo', { arguments: ['hello'] });
      const result = await new Dirac().submitJob(job);
      return seed + ok[0].value.chi2 + texts.length + mode.length + (result.OK === true ? result.JobID : 0);
    }`;

  it('TypeScript 5.0.4 reads them, strict or not', async () => {
    expect(ts.version).toBe('5.0.4');
    expect(await check(cell, true)).toEqual([]);
    expect(await check(cell, false)).toEqual([]);
  });

  it('and catches mistakes in a cell', async () => {
    const mistakes = [
      `dirac.submit({ run: 'x', cpu: '2 hours' })`,
      `dirac.submit({ run: 'x', memry: '2GiB' })`,
      `dirac.submit('x').stdout`,
      `dirac.submit({ run: 5 })`,
    ];
    expect(await check(`import { dirac } from 'diraclab';\n${mistakes.join(';\n')};`, false)).toEqual([
      expect.stringContaining('"2 hours"'),
      expect.stringContaining("'memry' does not exist"),
      expect.stringContaining("'stdout' does not exist on type 'Promise<JobHandle>'"),
      expect.stringContaining("'number' is not assignable to type 'string | (string | number)[]'"),
    ]);
  });
});

describe('the bundle in plain Node', () => {
  let server: TinyServer;
  beforeEach(async () => void (server = await startTinyServer()));
  afterEach(() => server.stop());
  const program = (text: string, before = '') =>
    run(process.execPath, ['-e', `${before}\nconst { dirac } = require(${JSON.stringify(ourPackage)});\n${text}`], {
      env: { ...process.env, ...server.env },
      timeout: 15_000,
    });

  it('a program ends when its last line is done, though a card still follows its job', async () => {
    // As in a kernel: the card of a job that has not ended keeps a watch, and with it the live connection.
    const kernel = `require.cache['/x/tslab/dist/jupyter.js'] = { exports: { lastWriteDisplayData: () => {} } };`;
    const { stdout } = await program(
      `(async () => {
        await dirac.submit('sleep 1000');
        await new Promise((resolve) => setTimeout(resolve, 300));
        console.log('last line');
      })()`,
      kernel,
    );
    expect(stdout).toBe('last line\n');
    expect(server.requests).toContain('GET /api/whoami');
  });

  it('and does not end while it awaits', async () => {
    setTimeout(() => server.jobs.end(101), 1500);
    const { stdout } = await program(`(async () => {
      const job = await dirac.submit('true');
      console.log((await job.result()).status);
    })()`);
    expect(stdout).toBe('Done\n');
  });
});
