import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maxIds, readIds, requireIds } from './ids';
import { memoryIo } from './testing/memory-io';

describe('job ids', () => {
  it('come as words, lists, ranges, from standard input and from files; in order, each once', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'ids-'));
    await writeFile(join(cwd, 'mine'), '30\n31, 32\n');
    const io = memoryIo({ cwd, input: '7,8\n9\n' });
    expect(await readIds(['881', '12,13', '20-22', '-', '@mine', '13'], io, ['mine'])).toEqual([
      881, 12, 13, 20, 21, 22, 7, 8, 9, 30, 31, 32,
    ]);
    await rm(cwd, { recursive: true });
  });

  it.each([
    ['abc', '"abc" is not a job id'],
    ['0', '"0" is not a job id'],
    ['-5', '"-5" is not a job id'],
    ['1.5', '"1.5" is not a job id'],
    ['99999999999999999999', 'is not a job id'],
    ['9-3', 'The range 9-3 runs backwards'],
    ['1-100001', `${maxIds} is the most`],
    ['@gone', 'The file of job ids gone cannot be read (ENOENT)'],
  ])('refuses %s', async (word, message) => {
    await expect(readIds([word], memoryIo())).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(message) });
  });

  it('names the place of a wrong one', async () => {
    await expect(readIds(['-'], memoryIo({ input: '1\nfoo\n' }))).rejects.toThrow('"foo" on standard input is not a job id');
  });

  it('are required where nothing can be done without', async () => {
    await expect(requireIds('dkill', [], memoryIo())).rejects.toThrow('Which job?');
    await expect(requireIds('dkill', ['-'], memoryIo())).rejects.toThrow('No job ids came in.');
  });
});
