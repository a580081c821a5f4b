import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { childrenCpuTimeS, parsePs, parseStat, type ProcessRow } from './process-rows.ts';

const isLinux = process.platform === 'linux';

/** All processes of the machine; about 10 µs each by /proc, one `ps` elsewhere. */
export function readProcessTable(): ProcessRow[] {
  if (!isLinux) return parsePs(spawnSync('ps', ['-A', '-o', 'pid=,pgid=,state=,time=,rss='], { encoding: 'utf8' }).stdout ?? '');
  return readdirSync('/proc').flatMap((name) => {
    const row = /^\d/.test(name) ? parseStat(readOrEmpty(`/proc/${name}/stat`)) : undefined;
    return row === undefined ? [] : [row];
  });
}

/** Processes whose environment holds `NAME=value`, the youngest first. Only Linux shows it; elsewhere nobody is found. */
export function* findMarked(name: string, value: string): Generator<number> {
  if (!isLinux) return;
  for (const pid of readdirSync('/proc').reverse()) {
    if (!/^\d/.test(pid)) continue;
    if (`\0${readOrEmpty(`/proc/${pid}/environ`)}`.includes(`\0${name}=${value}\0`)) yield Number(pid);
  }
}

/** CPU seconds of all children this process has waited for; undefined where it is not told. */
export const waitedCpuTimeS = (): number | undefined => (isLinux ? childrenCpuTimeS(readOrEmpty('/proc/self/stat')) : undefined);

/** What a unit of `rss` is: `ps` counts KiB; /proc counts pages, whose size differs between machines (4 to 64 KiB). */
export function rssUnitBytes(): number {
  if (!isLinux) return 1024;
  const pages = Number(readOrEmpty('/proc/self/statm').split(' ')[1]);
  return pages > 0 ? 2 ** Math.round(Math.log2(process.memoryUsage.rss() / pages)) : 4096;
}

/** A process may end, or be another user's, between two looks. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
