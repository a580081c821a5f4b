import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commands } from './commands';
import { runProgram } from './testing/run-bundle';

const bin = join(__dirname, '../../bin');

/** The scripts in a package of the test's own, whose cli.cjs says what it was called with, and by which Node. */
let root: string;
let sh: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bin it-'));
  sh = join(root, 'kernel-lib/bin/dstat');
  for (const folder of ['kernel-lib/bin', 'kernel-lib/dist', 'node_modules/.bin', 'elsewhere'])
    mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(join(bin, 'dstat'), sh);
  writeFileSync(
    join(root, 'kernel-lib/dist/cli.cjs'),
    'const { NODE_MARK: mark = "", NODE_COMPILE_CACHE: cache = "" } = process.env; console.log(JSON.stringify({ words: process.argv.slice(2), mark, cache }))',
  );
});
afterEach(() => rmSync(root, { recursive: true }));

const run = async (program: string, env: Record<string, string> = {}, args = ['-S', 'a b', '']) => {
  const ran = await runProgram(program, args, { cwd: root, env });
  return ran.code === 0 ? (JSON.parse(ran.out) as { words: string[]; mark: string; cache: string }) : ran;
};

describe('the scripts in bin/', () => {
  it('are one for each command, executable, and all the same', () => {
    expect(readdirSync(bin).toSorted()).toEqual([...commands.keys()].toSorted());
    const texts = readdirSync(bin).map((name) => readFileSync(join(bin, name), 'utf8'));
    expect(new Set(texts).size).toBe(1);
    for (const name of readdirSync(bin)) expect(statSync(join(bin, name)).mode & 0o111).toBe(0o111);
  });

  it('run the bundle beside them with the words as they are, through symlinks of symlinks too', async () => {
    symlinkSync('../../kernel-lib/bin/dstat', join(root, 'node_modules/.bin/dstat'));
    symlinkSync(join(root, 'node_modules/.bin/dstat'), join(root, 'elsewhere/dkill'));
    expect(await run(sh)).toMatchObject({ words: ['dstat', '-S', 'a b', ''] });
    expect(await run(join(root, 'node_modules/.bin/dstat'))).toMatchObject({ words: ['dstat', '-S', 'a b', ''] });
    expect(await run(join(root, 'elsewhere/dkill'))).toMatchObject({ words: ['dkill', '-S', 'a b', ''] });
  });

  it('prefer the project’s Node to DIRACLAB_NODE, and that to the one on PATH', async () => {
    const mark = (file: string, name: string) =>
      writeFileSync(file, `#!/bin/sh\nNODE_MARK=${name} exec "${process.execPath}" "$@"\n`, { mode: 0o755 });
    const other = join(root, 'elsewhere/node');
    mark(other, 'other');
    expect(await run(sh)).toMatchObject({ mark: '' });
    expect(await run(sh, { DIRACLAB_NODE: other })).toMatchObject({ mark: 'other' });
    mark(join(root, 'node_modules/.bin/node'), 'own');
    expect(await run(sh, { DIRACLAB_NODE: other })).toMatchObject({ mark: 'own' });
  });

  it('work as a copy that is told where the bundle is, and say so when it is nowhere', async () => {
    const copy = join(root, 'elsewhere/dstat');
    copyFileSync(sh, copy);
    expect(await run(copy)).toMatchObject({ code: 1, out: '', err: expect.stringContaining('set DIRACLAB_CLI') });
    expect(await run(copy, { DIRACLAB_CLI: join(root, 'kernel-lib/dist/cli.cjs') })).toMatchObject({ words: ['dstat', '-S', 'a b', ''] });
  });

  it('keep compiled code in the user’s cache', async () => {
    expect(await run(sh)).toMatchObject({ cache: join(root, '.cache/diraclab/node') });
    expect(await run(sh, { XDG_CACHE_HOME: '/x' })).toMatchObject({ cache: '/x/diraclab/node' });
  });
});
