import type { Frame, JobPage, Watch } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { JobsChanged } from '../events.ts';
import type { Caller } from '../identity/caller.ts';
import { readStatusCounts } from '../jobs/count-jobs.ts';
import { listGroups, readGroup } from '../jobs/job-groups.ts';
import { toJob } from '../jobs/job-row.ts';
import { maySee, readJob, readJobs } from '../jobs/job-store.ts';
import type { OutputTails } from '../jobs/output-tails.ts';
import { peekJob } from '../jobs/peek-job.ts';
import { searchJobs } from '../jobs/search-jobs.ts';
import { readOperation, toOperation } from '../operations/operation-store.ts';
import type { SandboxStore } from '../sandboxes/sandbox-store.ts';

export interface WatchParts {
  database: Database;
  tails: OutputTails;
  sandboxes: SandboxStore;
}

/** One thing that one connection watches. */
export interface Watching {
  watch: Watch;
  caller: Caller;
  /** Something it shows may have changed since its last frame. */
  dirty: boolean;
  /** For `jobs`: all of them, and which changed. */
  ids: ReadonlySet<number>;
  changedIds: Set<number>;
  /** For `view`: what it showed last, by id, so that only changed rows are sent. */
  shown: Map<number, string>;
  /** For `output`: where the next piece begins. */
  from: number;
  /** For `output`: whose. A new attempt writes from the beginning again. */
  attempt: number | undefined;
  over: boolean;
}

export function startWatching(watch: Watch, caller: Caller): Watching {
  return {
    watch,
    caller,
    dirty: false,
    ids: new Set(watch.kind === 'jobs' ? watch.jobIds : []),
    changedIds: new Set(watch.kind === 'jobs' ? watch.jobIds : []),
    shown: new Map(),
    from: watch.kind === 'output' ? watch.from : 0,
    attempt: undefined,
    over: false,
  };
}

/** Does this change touch what is watched? Cheap and generous: a look that finds nothing new sends nothing. */
export function mark(watching: Watching, { rows, more }: JobsChanged): void {
  const { watch } = watching;
  switch (watch.kind) {
    case 'jobs':
      for (const { job_id } of rows) if (watching.ids.has(job_id)) watching.changedIds.add(job_id);
      if (more) for (const jobId of watching.ids) watching.changedIds.add(jobId);
      if (watching.changedIds.size > 0) watching.dirty = true;
      break;
    case 'operation':
      // Told by an event of its own.
      break;
    case 'output':
      if (rows.some(({ job_id }) => job_id === watch.jobId)) watching.dirty = true;
      break;
    case 'group':
      if (more || rows.some(({ job_group }) => job_group === watch.jobGroup)) watching.dirty = true;
      break;
    case 'counts':
    case 'view':
      if (more || rows.some((row) => maySee(watching.caller, row))) watching.dirty = true;
      break;
  }
}

/** What a watch shows now; undefined when there is nothing new. */
export async function look(watching: Watching, { database, tails, sandboxes }: WatchParts): Promise<Frame | undefined> {
  const { watch, caller } = watching;
  const db = database.read;
  const { watchId } = watch;
  switch (watch.kind) {
    case 'jobs': {
      const wanted = [...watching.changedIds];
      watching.changedIds.clear();
      const rows = await readJobs(db, wanted).catch((error: unknown) => {
        for (const jobId of wanted) watching.changedIds.add(jobId);
        throw error;
      });
      return { watchId, kind: 'jobs', jobs: rows.filter((row) => maySee(caller, row)).map(toJob) };
    }
    case 'counts': {
      const [counts, groups] = await Promise.all([
        readStatusCounts(db, caller),
        watch.groups === 0 ? [] : listGroups(db, watch.groups, caller),
      ]);
      const shown = counts.filter(({ value }) => value !== 'Deleted').map(({ value, count }) => [value, count]);
      return { watchId, kind: 'counts', counts: Object.fromEntries(shown), groups };
    }
    case 'group':
      return { watchId, kind: 'group', group: (await readGroup(db, watch.jobGroup, caller)) ?? null };
    case 'operation':
      return { watchId, kind: 'operation', operation: toOperation(await readOperation(db, watch.operationId, caller)) };
    case 'view':
      return viewFrame(watching, await searchJobs(db, watch.query, caller), watchId);
    case 'output': {
      if (watching.over) return undefined;
      const row = await readJob(db, watch.jobId, caller);
      if (watching.attempt !== undefined && watching.attempt !== row.attempt) watching.from = 0;
      watching.attempt = row.attempt;
      const output = await peekJob(db, row, watch.stream, watching.from, tails, sandboxes);
      if (output.text === '' && !output.complete && watching.shown.size > 0) return undefined;
      watching.shown.set(0, '');
      watching.from = output.end;
      watching.over = output.complete;
      // A long output comes in pages, one a frame.
      if (!output.complete && output.text.length > 100_000) watching.dirty = true;
      return { watchId, kind: 'output', output };
    }
  }
}

function viewFrame(watching: Watching, page: JobPage, watchId: string): Frame {
  const texts = new Map(page.jobs.map((job) => [job.jobId, JSON.stringify(job)]));
  const jobs = page.jobs.filter((job) => watching.shown.get(job.jobId) !== texts.get(job.jobId));
  watching.shown = texts;
  return {
    watchId,
    kind: 'view',
    order: page.jobs.map(({ jobId }) => jobId),
    jobs,
    total: page.total,
    ...(page.approximate ? { approximate: true } : {}),
    next: page.next,
  };
}

/** What is said first to a watch that has nothing to show. */
export function emptyFrame({ watch }: Watching): Frame {
  const { watchId } = watch;
  switch (watch.kind) {
    case 'jobs':
      return { watchId, kind: 'jobs', jobs: [] };
    case 'counts':
      return { watchId, kind: 'counts', counts: {}, groups: [] };
    case 'group':
      return { watchId, kind: 'group', group: null };
    case 'view':
      return { watchId, kind: 'view', order: [], jobs: [], total: 0, next: null };
    case 'operation':
      throw new Error('an operation has something to show, or is refused');
    case 'output':
      return { watchId, kind: 'output', output: { stream: watch.stream, from: watch.from, text: '', end: watch.from, complete: false } };
  }
}
