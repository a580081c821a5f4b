import type { BulkOperation, JobAct, JobStatus } from '@diraclab/contract';
import { canReschedule, isFinal, occurring, stateLooks, type StateCounts } from '../ui/states';

export type BulkAct = Exclude<JobAct, 'prioritise'>;
export const verbs = {
  kill: 'Kill',
  reschedule: 'Reschedule',
  hold: 'Hold',
  release: 'Release',
  delete: 'Delete',
  restore: 'Restore',
} as const;
export const participles = {
  kill: 'killed', reschedule: 'rescheduled', hold: 'held', release: 'released', delete: 'deleted', restore: 'restored',
} as const; // prettier-ignore

/** From here on a bulk act wants the number typed, not only a click. */
export const typedAbove = 100;

const heldByPilot: readonly JobStatus[] = ['Matched', 'Running', 'Stalled', 'Completing'];

/** Which states an act can change; the server decides at the moment it happens. */
export const mayAct: Readonly<Record<BulkAct, (status: JobStatus) => boolean>> = {
  kill: (status) => !isFinal(status),
  reschedule: canReschedule,
  delete: (status) => status !== 'Deleted' && !heldByPilot.includes(status),
  hold: (status) => status === 'Waiting',
  release: (status) => status === 'Waiting',
  restore: (status) => status === 'Deleted',
};

export function eligible(act: BulkAct, counts: StateCounts): number {
  return occurring(counts).reduce((sum, { status, count }) => sum + (mayAct[act](status) ? count : 0), 0);
}

export interface Question {
  title: string;
  sentences: string[];
  confirm: string;
  /** The number to type; undefined when a click is enough. */
  typed: number | undefined;
}

const jobs = (count: number): string => `${count.toLocaleString()} ${count === 1 ? 'job' : 'jobs'}`;

/** Names the count and the states before anything happens; a single job by its number. */
export function ask(act: BulkAct, counts: StateCounts, jobId?: number): Question | undefined {
  const count = eligible(act, counts);
  if (count === 0) return undefined;
  const list = (may: boolean) =>
    occurring(counts)
      .filter(({ status }) => mayAct[act](status) === may)
      .map(({ status, count: n }) => `${n.toLocaleString()} ${status}`);
  const left = list(false);
  const running = occurring(counts).reduce((sum, { status, count: n }) => sum + (stateLooks[status].family === 'active' ? n : 0), 0);
  return {
    title: `${verbs[act]} ${jobId === undefined ? jobs(count) : `job ${jobId}`}?`,
    sentences: [
      `${list(true).join(', ')}.`,
      ...(left.length === 0 ? [] : [`Left as they are: ${left.join(', ')}.`]),
      ...(act === 'kill' && running > 0 ? ['What the running ones have computed so far is lost, unless it is in their output.'] : []),
      ...(act === 'delete' ? ['They leave the lists and lie in the bin for a week, from which they can be restored.'] : []),
      ...(act === 'hold' ? ['No pilot gets them until they are released.'] : []),
      ...(act === 'reschedule' ? ['They wait again and run as a new attempt.'] : []),
    ],
    confirm: `${verbs[act]} ${jobs(count)}`,
    typed: count > typedAbove ? count : undefined,
  };
}

/** One summary for any number of jobs: refusals by their reason. */
export function outcome({ act, state, accepted, refused, refusals }: BulkOperation): string {
  if (state === 'Undone') return 'Taken back: no job was changed.';
  const done = `${jobs(accepted)} ${act === 'prioritise' ? 'moved in the queue' : participles[act]}${state === 'Cancelled' ? ', then cancelled' : ''}`;
  if (refused === 0) return `${done}.`;
  const examples = refusals
    .slice(0, 3)
    .map(({ reason, count, jobIds }) => `${count.toLocaleString()} because ${reason} (such as ${jobIds[0] ?? ''})`);
  return `${done}, ${refused.toLocaleString()} refused: ${examples.join('; ')}.`;
}
