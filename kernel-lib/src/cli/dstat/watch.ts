import type { Client, Condition, JobStatus } from '@diraclab/contract';
import { holdProcess } from '../../keep-alive';
import { combineExitCodes, type ExitCode, exitCodes } from '../exit-codes';
import type { Io } from '../io';
import { type Listener, type Seen, watchIds, watchQuery } from './changes';
import { reportMissing } from './missing';
import type { Look } from './print-jobs';
import { plainScreen, rowsFor, terminalScreen } from './screen';

interface WatchRequest {
  client: Client;
  ids: readonly number[];
  where: readonly Condition[];
  look: Look;
}

/** A window for people; a pipe gets as many as one window may have. */
const mostWatched = 1000;
/** A lost connection is told when it has been away for so long: a restart of the server is no news. */
const awayTellMs = 2000;

/** `dstat --watch`: shows changes as the server pushes them, until the given jobs are final or Ctrl-C. */
export async function watchJobs({ client, ids, where, look }: WatchRequest, io: Io): Promise<ExitCode> {
  const screen = io.outIsTty ? terminalScreen(look, io) : plainScreen(io);
  const release = holdProcess();
  let seen: Seen = { jobs: [], total: 0 };
  const missing: number[] = [];
  let stop = () => {};

  try {
    await new Promise<void>((resolve, reject) => {
      const listener: Listener = {
        onChange: (now, changed) => {
          seen = now;
          screen.show(now, changed);
        },
        onLeft: (jobs) => screen.left(jobs),
        onEnd: (error) => (error === undefined ? resolve() : reject(error)),
      };
      const limit = Math.min(mostWatched, io.outIsTty ? rowsFor(io) : mostWatched);
      const watched =
        ids.length > 0 ? watchIds(ids, io, listener, (gone) => missing.push(...gone)) : watchQuery(where, limit, client, io, listener);
      const look = setInterval(() => {
        const away = watched.live.offline();
        screen.offline(away !== undefined && Date.now() - away.sinceMs >= awayTellMs ? away.why : undefined);
      }, 500);
      const onAbort = () => reject(io.signal.reason);
      io.signal.addEventListener('abort', onAbort, { once: true });
      stop = () => {
        clearInterval(look);
        io.signal.removeEventListener('abort', onAbort);
        watched.close();
      };
      if (io.signal.aborted) onAbort();
    });
  } finally {
    stop();
    release();
  }
  const found = new Set(ids.filter((id) => !missing.includes(id)));
  const isMissing = reportMissing(ids, found, io);
  const failed = seen.jobs.filter(({ status }) => badEnds.includes(status)).length;
  if (failed > 0) return exitCodes.jobFailed;
  return combineExitCodes(found.size, isMissing === exitCodes.ok ? [] : [exitCodes.notFound]);
}

const badEnds: readonly JobStatus[] = ['Failed', 'Killed', 'Deleted'];
