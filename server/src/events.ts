import type { JobRow } from './jobs/job-row.ts';

/**
 * What happened, told after it is committed; hints only. Who misses one (another server, a slow client) finds the truth in the database.
 */
export interface Events {
  /** Rows as they are now. Very large bulks tell only that much changed: `rows` is then empty and listeners read what they show. */
  jobsChanged(change: JobsChanged): void;
  onJobsChanged(listener: (change: JobsChanged) => void): () => void;
  /** New output of a running job. */
  outputCame(jobId: number): void;
  onOutput(listener: (jobId: number) => void): () => void;
}

export interface JobsChanged {
  rows: readonly JobRow[];
  /** Something changed that `rows` does not name. */
  more: boolean;
}

export function createEvents(): Events {
  const onJobs = new Set<(change: JobsChanged) => void>();
  const onOutput = new Set<(jobId: number) => void>();
  const listen = <T>(listeners: Set<T>, listener: T): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    jobsChanged: (change) => {
      if (change.rows.length > 0 || change.more) for (const listener of onJobs) listener(change);
    },
    onJobsChanged: (listener) => listen(onJobs, listener),
    outputCame: (jobId) => {
      for (const listener of onOutput) listener(jobId);
    },
    onOutput: (listener) => listen(onOutput, listener),
  };
}
