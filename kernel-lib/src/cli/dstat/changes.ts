import { type Client, type Condition, type Frame, isFinal, type Job } from '@diraclab/contract';
import { createLive, type Live, type WatchSpec } from '../../live';
import { findServer } from '../../connection';
import type { Io } from '../io';
import { selectByIds } from '../select-jobs';

/** What is on the screen: the jobs in order, and how many there are in all. */
export interface Seen {
  jobs: readonly Job[];
  total: number;
}

export interface Watched {
  live: Live;
  close: () => void;
}

export interface Listener {
  /** After each frame: what is to be seen now, and what is new or different in it. */
  onChange: (seen: Seen, changed: readonly Job[]) => void;
  /** The last state of jobs that are no longer among those to be seen. */
  onLeft: (jobs: readonly Job[]) => void;
  onEnd: (error?: unknown) => void;
}

/** Ids of one watch, the contract's limit. */
const idsPerWatch = 1000;

/** Follows given jobs until all of them are final; `onMissing` gets those that are not there. */
export function watchIds(ids: readonly number[], io: Io, listener: Listener, onMissing: (ids: number[]) => void): Watched {
  const live = createLive(() => findServer(io.env));
  const known = new Map<number, Job>();
  const open = new Set(ids);
  const unseen = new Set(ids);

  for (let first = 0; first < ids.length; first += idsPerWatch) {
    const piece = ids.slice(first, first + idsPerWatch);
    let isFirst = true;
    const onFrame = (frame: Frame) => {
      if (frame.kind !== 'jobs') return;
      for (const job of frame.jobs) {
        known.set(job.jobId, job);
        unseen.delete(job.jobId);
        if (isFinal(job.status)) open.delete(job.jobId);
      }
      const missing = isFirst ? piece.filter((id) => unseen.has(id)) : [];
      isFirst = false;
      for (const id of missing) open.delete(id);
      if (missing.length > 0) onMissing(missing);
      const jobs = ids.flatMap((id) => known.get(id) ?? []);
      listener.onChange({ jobs, total: jobs.length }, frame.jobs);
      if (open.size === 0) listener.onEnd();
    };
    // All of the piece, each time: after a lost connection a job may have ended meanwhile, and that is news too.
    live.watch(() => ({ kind: 'jobs', jobIds: piece }), onFrame, listener.onEnd);
  }
  return { live, close: () => live.close() };
}

/**
 * Follows the window of a query. A job that leaves it (it is final and the query wants others) is asked for once more by its id, so that
 * its last state is told too.
 */
export function watchQuery(where: readonly Condition[], limit: number, client: Client, io: Io, listener: Listener): Watched {
  const live = createLive(() => findServer(io.env));
  let known = new Map<number, Job>();

  const tellLast = async (gone: number[]) => {
    for await (const jobs of selectByIds(client, gone, [], io.signal)) listener.onLeft(jobs);
  };
  const onFrame = (frame: Frame) => {
    if (frame.kind !== 'view') return;
    for (const job of frame.jobs) known.set(job.jobId, job);
    const shown = new Set(frame.order);
    const gone = [...known.keys()].filter((id) => !shown.has(id));
    known = new Map([...known].filter(([id]) => shown.has(id)));
    const seen = { jobs: frame.order.flatMap((id) => known.get(id) ?? []), total: frame.total };
    listener.onChange(seen, frame.jobs);
    if (gone.length > 0) tellLast(gone).catch(listener.onEnd);
  };
  const spec = (): WatchSpec => ({ kind: 'view', query: { where: [...where], sort: { field: 'jobId', direction: 'asc' }, limit } });
  live.watch(spec, onFrame, listener.onEnd);
  return { live, close: () => live.close() };
}
