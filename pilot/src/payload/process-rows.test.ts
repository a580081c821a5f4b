import { spawnSync } from 'node:child_process';
import { childrenCpuTimeS, parsePs, parsePsTime, parseStat } from './process-rows.ts';

describe('what the system tells of processes', () => {
  it('is read from /proc also when the name of a process looks like fields', () => {
    const line = '42 (a) S (b 7) S 1 40 39 0 -1 4194560 1 2 3 4 150 50 25 75 20 0 1 0 100 1000 256 0';
    expect(parseStat(line)).toEqual({ pid: 42, group: 40, session: 39, cpuTimeS: 3, rss: 256, isZombie: false });
    expect(childrenCpuTimeS(line)).toBe(1);
    expect(parseStat('')).toBeUndefined();
  });

  it('is read from ps where there is no /proc', () => {
    expect(parsePs('  7   6 S  0:01.50  2048\n 8 6 Z 00:00:00 0\n\n')).toEqual([
      { pid: 7, group: 6, session: 6, cpuTimeS: 1.5, rss: 2048, isZombie: false },
      { pid: 8, group: 6, session: 6, cpuTimeS: 0, rss: 0, isZombie: true },
    ]);
    expect(['01:02', '01:00:00', '2-00:00:01'].map(parsePsTime)).toEqual([62, 3600, 172_801]);
    const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,pgid=,state=,time=,rss='], { encoding: 'utf8' });
    expect(parsePs(stdout).find(({ pid }) => pid === process.pid)?.rss).toBeGreaterThan(1000);
  });
});
