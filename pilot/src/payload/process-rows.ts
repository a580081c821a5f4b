/** One process of the machine. */
export interface ProcessRow {
  readonly pid: number;
  readonly group: number;
  readonly session: number;
  /** Its own and that of the children it waited for. */
  readonly cpuTimeS: number;
  /** In pages where the source counts so; see `rssUnitBytes`. */
  readonly rss: number;
  readonly isZombie: boolean;
}

/** Linux counts CPU time in hundredths of a second in /proc on every platform Node runs on. */
const ticksPerS = 100;

/** A line of /proc/PID/stat. The name may hold blanks and parentheses, so the fields are counted from its last one. */
export function parseStat(text: string): ProcessRow | undefined {
  const pid = Number.parseInt(text, 10);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 22 || Number.isNaN(pid)) return undefined;
  const at = (index: number): number => Number(fields[index]);
  return {
    pid,
    group: at(2),
    session: at(3),
    cpuTimeS: (at(11) + at(12) + at(13) + at(14)) / ticksPerS,
    rss: at(21),
    isZombie: fields[0] === 'Z' || fields[0] === 'X',
  };
}

/** CPU seconds of the children that the process of this /proc/PID/stat line has waited for. */
export function childrenCpuTimeS(text: string): number {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerS;
}

/** Lines of `ps -A -o pid=,pgid=,state=,time=,rss=`; sessions are not told alike everywhere, so the group stands for it. */
export function parsePs(text: string): ProcessRow[] {
  return text.split('\n').flatMap((line) => {
    const [pid, group, state, time, rss] = line.trim().split(/\s+/);
    if (pid === undefined || group === undefined || state === undefined || time === undefined || rss === undefined) return [];
    return [
      {
        pid: Number(pid),
        group: Number(group),
        session: Number(group),
        cpuTimeS: parsePsTime(time),
        rss: Number(rss),
        isZombie: state.startsWith('Z'),
      },
    ];
  });
}

/** `[[DD-]HH:]MM:SS[.cc]` in seconds. */
export function parsePsTime(text: string): number {
  const [clock = '', days = '0'] = text.split('-').reverse();
  return clock.split(':').reduce((total, part) => total * 60 + Number(part), 0) + Number(days) * 86_400;
}
