import type { ChangedJob, FanOut } from './fan-out/port.ts';

/**
 * What happened, told after it is committed; hints only. Who misses one (a slow client, another server while Redis is away) finds the truth
 * in the database.
 */
export interface Events {
  /** Rows as they are now. Very large bulks tell only that much changed: `rows` is then empty and listeners read what they show. */
  jobsChanged(change: JobsChanged): void;
  onJobsChanged(listener: (change: JobsChanged) => void): () => void;
  /** A bulk operation is further than it was. */
  operationChanged(operationId: number): void;
  onOperation(listener: (operationId: number) => void): () => void;
  /** New output of a running job. */
  outputCame(jobId: number): void;
  onOutput(listener: (jobId: number) => void): () => void;
}

export interface JobsChanged {
  rows: readonly ChangedJob[];
  /** Something changed that `rows` does not name. */
  more: boolean;
}

/** Hears other servers by `fanOut`, and tells them of output; of jobs the composition tells them, which also knows of the queues. */
export function createEvents(fanOut: FanOut): Events {
  const onJobs = new Set<(change: JobsChanged) => void>();
  const onOperation = new Set<(operationId: number) => void>();
  const onOutput = new Set<(jobId: number) => void>();
  const listen = <T>(listeners: Set<T>, listener: T): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const jobsChanged = (change: JobsChanged): void => {
    if (change.rows.length > 0 || change.more) for (const listener of onJobs) listener(change);
  };
  const outputCame = (jobId: number): void => {
    for (const listener of onOutput) listener(jobId);
  };
  const operationChanged = (operationId: number): void => {
    for (const listener of onOperation) listener(operationId);
  };
  fanOut.onHint((hint) => {
    if (hint.kind === 'jobs') jobsChanged(hint);
    else if (hint.kind === 'output') outputCame(hint.jobId);
    else if (hint.kind === 'operation') operationChanged(hint.operationId);
  });
  return {
    jobsChanged,
    onJobsChanged: (listener) => listen(onJobs, listener),
    operationChanged: (operationId) => {
      operationChanged(operationId);
      fanOut.tell({ kind: 'operation', operationId });
    },
    onOperation: (listener) => listen(onOperation, listener),
    outputCame: (jobId) => {
      outputCame(jobId);
      fanOut.tell({ kind: 'output', jobId });
    },
    onOutput: (listener) => listen(onOutput, listener),
  };
}
