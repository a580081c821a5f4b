import type { JobReport, StatusReport } from '@diraclab/contract';
import { isFinal } from '@diraclab/contract';
import { deepStrictEqual } from 'node:assert';
import { laptopUser } from '../identity/laptop.ts';
import { takeReport } from '../pilots/report-jobs.ts';
import { hold, kill, prioritise, release, remove, reschedule, restore } from './job-acts.ts';
import { draftOf, loseAttempt, move, requeue } from './job-draft.ts';
import type { JobDraft } from './job-draft.ts';
import type { JobRow } from './job-row.ts';
import { isActive, mayMove, mayRestore } from './job-state-machine.ts';

/**
 * Every state that one job can reach, by whatever order of acts, matches, losses and reports: a network that loses, doubles, delays and
 * reorders can do no worse than let each pilot say anything about each attempt at any time. Servers add nothing to it: what each does is one
 * transaction on the locked row, and a crash is one that did not happen, or whose answer was lost and is asked for again.
 */
const attempts = [1, 2];
const pilots = [1, 2];
/** Attempts are not opened beyond these, so that there is an end. */
const lastAttempt = 2;

const end = (reason: 'exit' | 'uploadFailed', exitCode: number) => ({
  end: { reason, exitCode, cpuTimeUsedS: 1, wallTimeUsedS: 1, maxRssMB: 1, outputs: [] },
});
const sayings: readonly StatusReport[][] = [
  [],
  [{ sequence: 1, status: 'Running', minorStatus: 'Application' }],
  [{ sequence: 2, status: 'Completing', minorStatus: 'Uploading' }],
  [{ sequence: 3, status: 'Done', minorStatus: 'Execution Complete', ...end('exit', 0) }],
  [{ sequence: 3, status: 'Failed', minorStatus: 'With Errors', ...end('exit', 1) }],
  [{ sequence: 3, status: 'Failed', minorStatus: 'Upload', ...end('uploadFailed', 0) }],
  [{ sequence: 3, status: 'Killed', minorStatus: 'Received Kill signal', ...end('exit', 143) }],
  [{ sequence: 1, status: 'Rescheduled', minorStatus: 'Pilot stopped' }],
  [{ sequence: 1, status: 'Rescheduled', minorStatus: 'Exception' }],
];

const newJob = {
  job_id: 1, status: 'Waiting', minor_status: 'Pilot Agent Submission', application_status: 'Unknown', owner: 'alice', priority: 1, queued: 1,
  attempt: 0, report_sequence: 0, log_length: 2, reschedule_counter: 0, retried: 0, retries: 1, retry_on: null, pilot_id: null, site: 'ANY',
  kill_requested_ms: null, killed_by: null, binned_status: null, binned_minor_status: null, start_exec_ms: null, end_exec_ms: null,
  heart_beat_ms: null, end_reason: null, exit_code: null, cpu_time_used_s: null, wall_time_used_s: null, max_rss_mb: null, last_update_ms: 0,
} as unknown as JobRow; // prettier-ignore

interface State {
  row: JobRow;
  /** Which pilot got each attempt, from the first on. */
  holders: readonly number[];
  /** The end that was taken of each attempt. */
  ends: readonly (string | undefined)[];
}

type Step = (draft: JobDraft, state: State) => Pick<Partial<State>, 'holders' | 'ends'> | undefined;

const alice = laptopUser();
const acts = { kill, hold, release, reschedule, remove, restore, prioritise: prioritise(7) };

function match(pilotId: number): Step {
  return (draft, { holders }) => {
    const { row } = draft;
    if (row.queued !== 1 || row.attempt === lastAttempt) return undefined;
    Object.assign(row, { attempt: row.attempt + 1, pilot_id: pilotId, queued: 0, report_sequence: 0, heart_beat_ms: 1 });
    move(draft, { status: 'Matched', minorStatus: 'Assigned', source: 'Matcher' }, 1);
    return { holders: [...holders, pilotId] };
  };
}

function says(pilotId: number, report: JobReport): Step {
  return (draft, { holders, ends }) => {
    const before = { ...draft.row };
    const ours = (draft.row.pilot_id ?? holders[draft.row.attempt - 1]) === pilotId;
    const { outcome, command } = takeReport(draft, report, ours, new Map(), 1);
    if (outcome === 'stale') deepStrictEqual(draft.row, before);
    // A kill is of the attempt that is running, and of no other.
    if (command === 'Kill') deepStrictEqual([draft.row.attempt, draft.row.kill_requested_ms], [report.attempt, 1]);
    const ended = report.statuses[0]?.end !== undefined && outcome === 'accepted' && isActive(before.status) && !isActive(draft.row.status);
    if (!ended) return {};
    // I3: of an attempt one end is taken.
    deepStrictEqual(ends[report.attempt - 1], undefined);
    return { ends: attempts.map((n) => (n === report.attempt ? report.statuses[0]?.status : ends[n - 1])) };
  };
}

const steps = new Map<string, Step>([
  ...Object.entries(acts).map(([name, act]): [string, Step] => [name, (draft) => (act(draft, alice, 1) === undefined ? {} : {})]),
  ...pilots.map((pilot): [string, Step] => [`match ${pilot}`, match(pilot)]),
  ['lose', (draft) => (isActive(draft.row.status) ? (loseAttempt(draft, 'gone', 'Agent', 1), {}) : undefined)],
  ['give back', (draft) => (draft.row.status === 'Matched' ? (requeue(draft, 'untold', 'Matcher', 1), {}) : undefined)],
  ['stall', (draft) => (isActive(draft.row.status) ? (move(draft, { status: 'Stalled', minorStatus: 'silent', source: 'Agent' }, 1), {}) : undefined)], // prettier-ignore
  ...pilots.flatMap((pilot) =>
    attempts.flatMap((attempt) =>
      sayings.map((statuses, n): [string, Step] => [`${pilot} says ${n} of ${attempt}`, says(pilot, { jobId: 1, attempt, statuses })]),
    ),
  ),
]);

/** What decides what can happen next; numbers that only count are left out. */
const keyOf = ({ row, holders, ends }: State): string =>
  JSON.stringify([
    row.status, row.queued, row.attempt, row.pilot_id, row.report_sequence, row.kill_requested_ms, row.retried, row.binned_status,
    row.binned_minor_status === 'Held', row.minor_status === 'Held', holders, ends,
  ]); // prettier-ignore

function check(before: State, draft: JobDraft, name: string): void {
  const { row, log } = draft;
  const lines = [before.row.status, ...log.map(({ status }) => status)] as JobRow['status'][];
  for (const [i, from] of lines.slice(0, -1).entries()) {
    const to = lines[i + 1] ?? from;
    const legal = mayMove(from, to) || (from === 'Deleted' && name === 'restore' && to === before.row.binned_status && mayRestore(to));
    deepStrictEqual([name, from, to, legal], [name, from, to, true]);
  }
  deepStrictEqual([name, lines.at(-1)], [name, row.status]);
  // In the queue is what waits and is not held; a pilot is named while it holds the job, and only then.
  deepStrictEqual([name, row.queued], [name, row.status === 'Waiting' && row.minor_status !== 'Held' ? 1 : 0]);
  deepStrictEqual([name, row.pilot_id !== null], [name, isActive(row.status)]);
  // I4: what is neither held by a pilot, nor queued, nor held by a person, has ended.
  deepStrictEqual([name, isActive(row.status) || row.status === 'Waiting' || isFinal(row.status)], [name, true]);
  if (row.status !== 'Deleted') deepStrictEqual(row.binned_status, null);
}

describe('one job, two pilots, two attempts, any order of everything', () => {
  it('keeps its promises in every state that can be reached', () => {
    const first: State = { row: newJob, holders: [], ends: [undefined, undefined] };
    const seen = new Set([keyOf(first)]);
    let frontier = [first];
    for (; frontier.length > 0;) {
      const next: State[] = [];
      for (const state of frontier) {
        for (const [name, step] of steps) {
          const draft = draftOf(state.row);
          const more = step(draft, state);
          if (more === undefined) continue;
          check(state, draft, name);
          const reached: State = { ...state, ...more, row: draft.row };
          const key = keyOf(reached);
          if (seen.has(key)) continue;
          seen.add(key);
          next.push(reached);
        }
      }
      frontier = next;
    }
    expect(seen.size).toBeGreaterThan(500);
    expect(seen.size).toBeLessThan(50_000);
  });
});
