import { chownSync, chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOutputs } from './outputs.ts';

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;
let directory: string;

/** To root all files are open: what a payload can hide from its own user is seen only by another. */
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outputs-'));
  if (isRoot) chownSync(directory, nobody, nobody);
  if (isRoot) process.seteuid?.(nobody);
});
afterEach(() => {
  if (isRoot) process.seteuid?.(0);
  rmSync(directory, { recursive: true });
});

describe('outputs from which a payload took the rights', () => {
  it.each([
    ['the file itself', () => chmodSync(join(directory, 'dir/file'), 0)],
    ['its directory', () => chmodSync(join(directory, 'dir'), 0)],
    ['the job’s directory', () => chmodSync(directory, 0)],
  ])('are brought all the same: %s', async (_what, hide) => {
    mkdirSync(join(directory, 'dir'));
    writeFileSync(join(directory, 'dir/file'), 'here');
    hide();
    const { files, missing, skipped } = await findOutputs(directory, ['dir']);
    expect([missing, skipped, files.map(({ path }) => path)]).toEqual([[], [], ['dir/file']]);
    expect(await readFile(files[0]?.realPath ?? '', 'utf8')).toBe('here');
  });

  (isRoot ? it : it.skip)('are told when they are another’s, and the others come', async () => {
    writeFileSync(join(directory, 'mine'), 'here');
    process.seteuid?.(0);
    writeFileSync(join(directory, 'theirs'), 'secret', { mode: 0o600 });
    mkdirSync(join(directory, 'their-dir'), { mode: 0o700 });
    process.seteuid?.(nobody);
    const { files, skipped } = await findOutputs(directory, ['*', 'their-dir']);
    expect(files.map(({ path }) => path)).toEqual(['mine']);
    expect(skipped).toEqual(['their-dir (not readable)', 'theirs (not readable)']);
  });
});
