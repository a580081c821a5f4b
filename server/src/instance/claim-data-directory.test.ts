import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { claimDataDirectory, DataDirectoryInUse, exitCodeInUse } from './claim-data-directory.ts';
import { makeDataDirectory } from './data-directory.ts';
import { privateSocketPath } from './private-socket-path.ts';

const program = resolve(__dirname, 'testing/claim-and-hold.ts');

describe('one server for one data directory', () => {
  let place: string;
  const started: ChildProcess[] = [];

  beforeEach(async () => {
    place = await realpath(await mkdtemp('/tmp/dl-'));
  });
  afterEach(async () => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    const data = join(place, 'data');
    if (await stat(data).catch(() => undefined)) await rm(join(await privateSocketPath(data, undefined), '..'), { recursive: true });
    await rm(place, { recursive: true });
  });

  /** Its first line: `held`, or the sentence that refuses. */
  async function start(dir = join(place, 'data')): Promise<{ child: ChildProcess; said: string }> {
    const child = spawn(process.execPath, [program, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
    started.push(child);
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, said: said.toString('utf8').trim() };
  }

  it('twenty start at once and one gets it; the others name it and end with the exit code for that', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => start()));
    const winners = all.filter(({ said }) => said === 'held');
    expect(winners).toHaveLength(1);
    const winner = winners[0]?.child;
    for (const { child, said } of all.filter(({ child }) => child !== winner)) {
      expect(said).toMatch(
        /^The data directory \/tmp\/dl-\S+\/data is in use by (a server that is just starting|a server with pid \d+( \(address unix:\S+\))?)\. Stop it, or choose another --data\.$/,
      );
      if (child.exitCode === null) await once(child, 'exit');
      expect(child.exitCode).toBe(exitCodeInUse);
    }
    const late = await start();
    expect(late.said).toContain(`in use by a server with pid ${winner?.pid} (address unix:`);
  });

  it('a server killed by -9 leaves nothing that keeps the next one out, ten times', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { child, said } = await start();
      expect(said).toBe('held');
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    expect((await readdir(join(place, 'data'))).sort()).toEqual(['server.json', 'server.lock', 'server.pid']);
  });

  it('is kept while the holder forgets about it, and given back when it says so', async () => {
    const dir = join(place, 'data');
    let claim = await claimDataDirectory(dir);
    for (let garbage: unknown[] = [], index = 0; index < 50; index += 1) garbage = [garbage, new Array(100_000).fill(index)];
    await expect(claimDataDirectory(dir)).rejects.toThrow(DataDirectoryInUse);
    expect((await start()).said).toContain(`in use by a server with pid ${process.pid}.`);
    claim.release();
    claim = await claimDataDirectory(dir);
    claim.release();
    claim.release();
  });

  it('makes the directory for its owner alone', async () => {
    (await claimDataDirectory(join(place, 'a/b/data'))).release();
    expect((await stat(join(place, 'a/b/data'))).mode & 0o777).toBe(0o700);
  });

  it('says what is wrong with a directory that cannot serve', async () => {
    await writeFile(join(place, 'file'), '');
    await expect(claimDataDirectory(join(place, 'file/data'))).rejects.toThrow(
      /data directory .*file\/data cannot be used: .* is not a directory\. Choose another with --data DIR/,
    );
    await expect(claimDataDirectory('/proc/nothing/data')).rejects.toThrow(/cannot be used: it can neither be made nor written/);
  });

  it('makes it once when several make it at the same moment', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => makeDataDirectory(join(place, 'x/y/z'))));
    expect(new Set(made)).toEqual(new Set([join(place, 'x/y/z')]));
  });

  it('says that it lies behind a link to nowhere', async () => {
    await symlink(join(place, 'nowhere'), join(place, 'link'));
    await expect(claimDataDirectory(join(place, 'link/data'))).rejects.toThrow(/link\/data cannot be used/);
  });

  const itUnlessRoot = process.getuid?.() === 0 ? it.skip : it;
  itUnlessRoot('says that a directory may not be written', async () => {
    await chmod(place, 0o500);
    await expect(claimDataDirectory(join(place, 'data'))).rejects.toThrow(/this user may not write there/);
    await chmod(place, 0o700);
  });
});
