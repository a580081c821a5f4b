import type { Job } from '@diraclab/contract';
import type { Io } from '../io';
import { control, join, oneLine, type Printable, say } from '../text/printable';
import { diracTime } from '../text/time';
import type { Seen } from './changes';
import { jobTable, type Look } from './print-jobs';

/** Where `--watch` shows things. */
export interface Screen {
  show: (seen: Seen, changed: readonly Job[]) => void;
  left: (jobs: readonly Job[]) => void;
  /** The connection is away; undefined: it is back. */
  offline: (why: string | undefined) => void;
}

/** Lines kept for the heading of the table, the summary and the prompt that follows. */
const spareRows = 5;
export const rowsFor = (io: Io): number => Math.max(3, io.size().rows - spareRows);

/** Draws over what it drew before. Line wrap is off meanwhile: a wrapped line would take two and the count of lines go wrong. */
export function terminalScreen(look: Look, io: Io): Screen {
  let drawn = 0;
  let last: Seen = { jobs: [], total: 0 };
  let away: string | undefined;

  const draw = () => {
    const rows = last.jobs.slice(0, rowsFor(io));
    const lines = [
      ...(rows.length === 0 ? [say`No jobs.`] : (jobTable(rows, look.fields, look.colour).split('\n') as Printable[])),
      away === undefined
        ? say`showing ${rows.length} of ${last.total}, live at ${diracTime(io.now().toISOString())} UTC; Ctrl-C ends`
        : say`no connection (${away}), trying again; this is how it was`,
    ];
    const up = drawn === 0 ? '' : `\u001b[${drawn}A`;
    io.write(join([control(`\u001b[?7l${up}\r\u001b[J`), join(lines, '\n'), control('\n\u001b[?7h')]));
    drawn = lines.length;
  };
  return {
    show: (seen) => {
      last = seen;
      draw();
    },
    left: () => {},
    offline: (why) => {
      if (why === away) return;
      away = why;
      draw();
    },
  };
}

/** One line for each change, for logs and pipes. */
export function plainScreen(io: Io): Screen {
  const told = new Map<number, string>();
  let away: string | undefined;
  const tell = (jobs: readonly Job[]) => {
    for (const job of jobs) {
      const state = [job.status, job.minorStatus, job.applicationStatus].filter((part) => part !== '');
      if (told.get(job.jobId) === state.join('\n')) continue;
      told.set(job.jobId, state.join('\n'));
      io.print(join([oneLine(diracTime(job.lastUpdateTime)), oneLine(String(job.jobId)), ...state.map(oneLine)], '  '));
    }
  };
  return {
    show: (_seen, changed) => tell(changed),
    left: tell,
    offline: (why) => {
      if (why === away) return;
      away = why;
      io.note(why === undefined ? say`dstat: connected again.` : say`dstat: no connection (${why}), trying again.`);
    },
  };
}
