import type { JobStatus } from '@diraclab/contract';
import type { Caller } from '../identity/caller.ts';
import { closeAttempt, mostReschedulings, move, put, requeue } from './job-draft.ts';
import type { JobDraft } from './job-draft.ts';
import type { JobRow } from './job-row.ts';
import { isActive, mayMove, mayRestore } from './job-state-machine.ts';

/** What an act does to one job: pure. Nothing said is done; a sentence is a refusal, and nothing was changed. */
export type Act = (draft: JobDraft, caller: Caller, nowMs: number) => string | undefined;

const waiting = 'Pilot Agent Submission';
const held = 'Held';

/** Waiting and out of the queue: nothing else is both. */
export const isHeld = ({ status, queued }: JobRow): boolean => status === 'Waiting' && queued === 0;

const cannotBecome = (from: JobStatus, to: JobStatus): string => `it is ${from}, which cannot become ${to}`;

/** A waiting job is killed at once; one that a pilot holds is told through the pilot, which brings back what there is. */
export const kill: Act = (draft, caller, nowMs) => {
  const { row } = draft;
  if (row.status === 'Killed') return undefined;
  if (isActive(row.status)) {
    if (row.kill_requested_ms !== null) return undefined;
    Object.assign(row, { kill_requested_ms: nowMs, killed_by: caller.owner });
    move(draft, { status: row.status, minorStatus: 'Marked for termination', source: caller.owner }, nowMs);
    return undefined;
  }
  const from = row.status;
  if (!move(draft, { status: 'Killed', minorStatus: 'Marked for termination', source: caller.owner }, nowMs))
    return cannotBecome(from, 'Killed');
  Object.assign(row, { queued: 0, end_reason: 'killed', end_exec_ms: nowMs, killed_by: caller.owner });
  return undefined;
};

/**
 * A job that a pilot holds gets a new attempt; the old one's reports are stale from now on, and its pilot is told so. A person has looked at
 * it: its automatic retries begin anew.
 */
export const reschedule: Act = (draft, caller, nowMs) => {
  const { row } = draft;
  if (isHeld(row)) return 'it is held; release it';
  if (row.status === 'Waiting') return 'it is Waiting already';
  if (!mayMove(row.status, 'Rescheduled')) return cannotBecome(row.status, 'Rescheduled');
  if (!requeue(draft, 'Job Rescheduled', caller.owner, nowMs))
    return `it was rescheduled ${mostReschedulings} times, which is the most; submit it anew`;
  row.retried = 0;
  return undefined;
};

/** Into the bin, from which the cleaning agent removes it after its days. */
export const remove: Act = (draft, caller, nowMs) => {
  const { row } = draft;
  if (row.status === 'Deleted') return undefined;
  if (isActive(row.status)) return `it is ${row.status}; kill it first`;
  const { status, minor_status } = row;
  if (!move(draft, { status: 'Deleted', minorStatus: 'Deleted by user', source: caller.owner }, nowMs))
    return cannotBecome(status, 'Deleted');
  Object.assign(row, { queued: 0, binned_status: status, binned_minor_status: minor_status });
  closeAttempt(draft, 'Deleted');
  return undefined;
};

/** Out of the bin: as it was. A job that waited waits again, at the place that its number gives it. */
export const restore: Act = (draft, caller, nowMs) => {
  const { row } = draft;
  const { binned_status: status, binned_minor_status: minorStatus } = row;
  if (row.status !== 'Deleted') return `it is ${row.status}, not in the bin`;
  if (status === null || minorStatus === null || !mayRestore(status)) return 'it was deleted before there was a bin';
  put(draft, { status, minorStatus, source: caller.owner }, nowMs);
  Object.assign(row, { binned_status: null, binned_minor_status: null, queued: status === 'Waiting' && minorStatus !== held ? 1 : 0 });
  return undefined;
};

export const hold: Act = (draft, caller, nowMs) => {
  const { row } = draft;
  if (row.status !== 'Waiting') return `it is ${row.status}; only a Waiting job can be held`;
  if (isHeld(row)) return undefined;
  move(draft, { status: 'Waiting', minorStatus: held, source: caller.owner }, nowMs);
  row.queued = 0;
  return undefined;
};

export const release: Act = (draft, caller, nowMs) => {
  const { row } = draft;
  if (row.status !== 'Waiting') return `it is ${row.status}, not held`;
  if (!isHeld(row)) return undefined;
  move(draft, { status: 'Waiting', minorStatus: waiting, source: caller.owner }, nowMs);
  row.queued = 1;
  return undefined;
};

/** The queue's index has the priority in it: the job changes its place, and nothing is sorted. */
export const prioritise =
  (priority: number): Act =>
  (draft, caller, nowMs) => {
    const { row } = draft;
    if (row.status !== 'Waiting') return `it is ${row.status}; only a Waiting job has a place in the queue`;
    if (row.priority === priority) return undefined;
    const source = `${caller.owner}: priority ${row.priority} to ${priority}`;
    move(draft, { status: row.status, minorStatus: row.minor_status, source }, nowMs);
    row.priority = priority;
    return undefined;
  };
