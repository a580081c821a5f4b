import { readFile, stat } from 'node:fs/promises';
import { ended, seen, useHouse } from './testing/house.ts';

const house = useHouse();

describe('the end of Lab', () => {
  it('by kill -9 is the end of the companion, and then of the server', async () => {
    // A shell stands for Lab: the companion is its child.
    const companion = await house().startCompanion({ wrapper: ['/bin/sh', '-c', '"$@"; exit $?', 'lab'] });
    const { pid } = await seen(companion);
    const children = await readFile(`/proc/${companion.process.pid}/task/${companion.process.pid}/children`, 'utf8');
    const companionPid = Number(children.trim());
    expect(companionPid).toBeGreaterThan(0);
    companion.process.kill('SIGKILL');
    await ended(companionPid, 'the companion has ended', 4_000);
    await ended(pid);
  });

  it('is noticed by a companion that began as Lab died', async () => {
    // This process is its parent, and not the Lab it was told of.
    const companion = await house().startCompanion({ args: ['--lab-pid', '1'] });
    const { pid = 0 } = companion.process;
    await ended(pid, 'the companion has ended', 4_000);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('by %s ends the companion with 0 and takes its socket away', async (signal) => {
    const companion = await house().startCompanion();
    await seen(companion);
    await companion.stop(signal);
    expect(companion.process.exitCode).toBe(0);
    await expect(stat(companion.socketPath)).rejects.toThrow(/ENOENT/);
  });
});
