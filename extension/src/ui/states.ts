import type { JobStatus } from '@diraclab/contract';

/** The family decides the colour; the symbol and the word say the same without colour. */
export type StateFamily = 'waiting' | 'active' | 'good' | 'bad' | 'attention' | 'ended';

interface StateLook {
  family: StateFamily;
  symbol: string;
  /** Nothing more happens by itself. Kept here as well as in the contract, whose values come with a schema library that Lab's start must not load. */
  final: boolean;
}

const look = (family: StateFamily, symbol: string, final = false): StateLook => ({ family, symbol, final });

/** In the order in which people look for them. */
export const stateLooks: Readonly<Record<JobStatus, StateLook>> = {
  Running: look('active', '▶'),
  Waiting: look('waiting', '○'),
  Failed: look('bad', '✗', true),
  Stalled: look('attention', '!'),
  Done: look('good', '✓', true),
  Completed: look('good', '✓', true),
  Completing: look('active', '▷'),
  Matched: look('active', '◔'),
  Submitting: look('waiting', '·'),
  Received: look('waiting', '·'),
  Checking: look('waiting', '·'),
  Scouting: look('waiting', '·'),
  Staging: look('waiting', '·'),
  Rescheduled: look('waiting', '↻'),
  Killed: look('ended', '⊘', true),
  Deleted: look('ended', '–', true),
};

export const isFinal = (status: JobStatus): boolean => stateLooks[status].final;
/** DIRAC reschedules what has ended or is lost, and what waits; a deleted job is gone. */
export const canReschedule = (status: JobStatus): boolean => status !== 'Deleted' && (isFinal(status) || status === 'Stalled');

export type StateCounts = Partial<Record<JobStatus, number>>;

/** Only states that occur, in the order above. */
export function occurring(counts: StateCounts): { status: JobStatus; count: number }[] {
  return (Object.keys(stateLooks) as JobStatus[]).flatMap((status) => {
    const count = counts[status] ?? 0;
    return count > 0 ? [{ status, count }] : [];
  });
}

export interface Summary {
  running: number;
  waiting: number;
  failed: number;
  done: number;
  ended: number;
  total: number;
}

/** What a progress bar and the status bar show: every job is in exactly one of these. */
export function summarise(counts: StateCounts): Summary {
  const summary: Summary = { running: 0, waiting: 0, failed: 0, done: 0, ended: 0, total: 0 };
  for (const { status, count } of occurring(counts)) {
    summary.total += count;
    const { family } = stateLooks[status];
    if (family === 'active') summary.running += count;
    else if (family === 'waiting') summary.waiting += count;
    else if (family === 'bad' || family === 'attention') summary.failed += count;
    else if (family === 'good') summary.done += count;
    else summary.ended += count;
  }
  return summary;
}
