import type { EndReason, JobStatus } from '@diraclab/contract';
import type { AttemptsTable, JobLogTable } from '../database/tables.ts';
import type { JobRow } from './job-row.ts';
import { isActive, mayMove } from './job-state-machine.ts';

/**
 * A job while a rule decides what becomes of it: rules change drafts (pure), the store writes them (applyDrafts), so that state, history,
 * counters and queues always change together.
 */
export interface JobDraft {
  readonly before: JobRow;
  readonly row: JobRow;
  readonly log: JobLogTable[];
  openedAttempt: AttemptsTable | undefined;
  closedAttempt: ClosedAttempt | undefined;
}

/** An attempt that is over, with what accounting keeps of it: the row forgets it when the job goes back to its queue. */
export interface ClosedAttempt {
  attempt: number;
  outcome: string;
  pilotId: number;
  site: string;
  status: JobStatus;
  minorStatus: string;
  /** Null where no payload started. */
  startMs: number | null;
  cpuTimeS: number;
  /** As reported; null where the pilot never said. */
  wallTimeS: number | null;
}

export function draftOf(before: JobRow): JobDraft {
  return { before, row: { ...before }, log: [], openedAttempt: undefined, closedAttempt: undefined };
}

export interface Move {
  status: JobStatus;
  minorStatus: string;
  applicationStatus?: string;
  source: string;
}

/**
 * Lines of history past which only changes of state are written, no more words within one: a payload that tells its progress a thousand
 * times a second must not fill the disk with it.
 */
const longestLog = 900;

/** Moves a draft and writes its history; false, and nothing changed, where the state machine refuses. */
export function move(draft: JobDraft, to: Move, nowMs: number): boolean {
  if (!mayMove(draft.row.status, to.status)) return false;
  put(draft, to, nowMs);
  return true;
}

/** The same without asking the state machine: for {@link move}, and for the way out of the bin, which has a rule of its own. */
export function put({ row, log }: JobDraft, to: Move, nowMs: number): void {
  const sameState = row.status === to.status;
  row.status = to.status;
  row.minor_status = to.minorStatus;
  if (to.applicationStatus !== undefined) row.application_status = to.applicationStatus;
  row.last_update_ms = nowMs;
  if (sameState && row.log_length >= longestLog) return;
  row.log_length += 1;
  log.push({
    job_id: row.job_id,
    sequence: row.log_length,
    attempt: row.attempt,
    status: row.status,
    minor_status: row.minor_status,
    application_status: row.application_status,
    time_ms: nowMs,
    source: to.source,
  });
}

/** A job that goes round this often helps nobody: whoever asks, it must be submitted anew. DIRAC stops at 3, whoever asks. */
export const mostReschedulings = 100;

/** Ends the current attempt, if one is open; after the move to the state it ended in. */
export function closeAttempt(draft: JobDraft, outcome: string): void {
  const { row } = draft;
  if (row.attempt > 0 && row.pilot_id !== null) {
    draft.closedAttempt = {
      attempt: row.attempt,
      outcome,
      pilotId: row.pilot_id,
      site: row.site,
      status: row.status,
      minorStatus: row.minor_status,
      startMs: row.start_exec_ms,
      cpuTimeS: row.cpu_time_used_s ?? 0,
      wallTimeS: row.wall_time_used_s,
    };
  }
  row.pilot_id = null;
}

/** Puts a job back into its queue, with what the last attempt left behind cleared; false where the state machine refuses. */
export function requeue(draft: JobDraft, why: string, source: string, nowMs: number): boolean {
  const { row } = draft;
  if (!mayMove(row.status, 'Rescheduled') || row.reschedule_counter >= mostReschedulings) return false;
  const wasActive = isActive(row.status);
  move(draft, { status: 'Rescheduled', minorStatus: why, applicationStatus: 'Unknown', source }, nowMs);
  if (wasActive) closeAttempt(draft, why);
  Object.assign(row, {
    reschedule_counter: row.reschedule_counter + 1,
    pilot_id: null,
    site: 'ANY',
    queued: 1,
    kill_requested_ms: null,
    killed_by: null,
    start_exec_ms: null,
    end_exec_ms: null,
    heart_beat_ms: null,
    end_reason: null,
    exit_code: null,
    cpu_time_used_s: null,
    wall_time_used_s: null,
    max_rss_mb: null,
  });
  move(draft, { status: 'Waiting', minorStatus: 'Pilot Agent Submission', source }, nowMs);
  return true;
}

/**
 * An attempt that ended without the job's fault, or as its owner wants it tried again: back into the queue, as often as the job has retries.
 * False, and nothing changed, once they are used up.
 */
export function retry(draft: JobDraft, why: string, source: string, nowMs: number): boolean {
  const { row } = draft;
  if (row.retried >= row.retries || !requeue(draft, why, source, nowMs)) return false;
  row.retried += 1;
  // What it used is accounted as DIRAC has it: the attempt ended, the job did not.
  if (draft.closedAttempt !== undefined) draft.closedAttempt.status = 'Rescheduled';
  return true;
}

/** An attempt whose pilot is gone. A job that was to be killed is killed instead. */
export function loseAttempt(draft: JobDraft, why: string, source: string, nowMs: number): void {
  const { row } = draft;
  if (!isActive(row.status)) return;
  if (row.kill_requested_ms !== null) {
    move(draft, { status: 'Killed', minorStatus: 'Received Kill signal', source }, nowMs);
    finish(draft, 'killed', why, nowMs);
    return;
  }
  failAttempt(draft, { minorStatus: why, source }, nowMs);
}

/** An attempt that failed without the job's fault, as DIRAC has it; then the job is rescheduled by itself, while it has retries. */
export function failAttempt(draft: JobDraft, why: Omit<Move, 'status'>, nowMs: number): void {
  move(draft, { ...why, status: 'Failed' }, nowMs);
  finish(draft, 'lostPilot', why.minorStatus, nowMs);
  if (!retry(draft, 'Job Rescheduled', why.source, nowMs))
    move(draft, { status: 'Failed', minorStatus: 'Maximum of reschedulings reached', source: why.source }, nowMs);
}

function finish(draft: JobDraft, reason: EndReason, outcome: string, nowMs: number): void {
  draft.row.end_reason = reason;
  draft.row.end_exec_ms = nowMs;
  draft.row.queued = 0;
  closeAttempt(draft, outcome);
}
