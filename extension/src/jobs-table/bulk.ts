import type { ActResult, JobStatus } from '@diraclab/contract';
import { canReschedule, isFinal, occurring, stateLooks, type StateCounts } from '../ui/states';

export type BulkAct = 'kill' | 'reschedule' | 'delete';
export const bulkRoutes = { kill: 'killJobs', reschedule: 'rescheduleJobs', delete: 'deleteJobs' } as const;
export const verbs = { kill: 'Kill', reschedule: 'Reschedule', delete: 'Delete' } as const;
const participles = { kill: 'killed', reschedule: 'rescheduled', delete: 'deleted' } as const;

/** From here on a bulk act wants the number typed, not only a click. */
export const typedAbove = 100;

const heldByPilot: readonly JobStatus[] = ['Matched', 'Running', 'Stalled', 'Completing'];

/** Which states an act can change; the server decides at the moment it happens. */
export const mayAct: Readonly<Record<BulkAct, (status: JobStatus) => boolean>> = {
  kill: (status) => !isFinal(status),
  reschedule: canReschedule,
  delete: (status) => status !== 'Deleted' && !heldByPilot.includes(status),
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
      ...(act === 'delete' ? ['They leave the lists and cannot be brought back.'] : []),
      ...(act === 'reschedule' ? ['They wait again and run as a new attempt.'] : []),
    ],
    confirm: `${verbs[act]} ${jobs(count)}`,
    typed: count > typedAbove ? count : undefined,
  };
}

/** One summary for any number of jobs: refusals are grouped by their reason. */
export function outcome(act: BulkAct, { successful, failed }: ActResult): string {
  const done = `${jobs(successful.length)} ${participles[act]}`;
  if (failed.length === 0) return `${done}.`;
  const reasons = new Map<string, number[]>();
  for (const { jobId, code, detail } of failed) {
    const reason = code === 'NotFound' ? 'there is no such job' : detail.replace(/^Job \d+: /, '').replace(/\.$/, '');
    reasons.set(reason, [...(reasons.get(reason) ?? []), jobId]);
  }
  const said = [...reasons].sort(([, a], [, b]) => b.length - a.length).slice(0, 3);
  const examples = said.map(([reason, ids]) => `${ids.length.toLocaleString()} because ${reason} (such as ${ids[0]})`);
  return `${done}, ${failed.length.toLocaleString()} refused: ${examples.join('; ')}.`;
}
