import type { JobStatus } from '@diraclab/contract';

/**
 * DIRAC's machine (JobStateMachine of 9.1), with two differences. `Rescheduled` is passed through, never stored, as in DIRAC. An attempt that
 * was lost with its pilot goes back by itself: Matched, Running, Completing and Stalled may be rescheduled (DIRAC lets such jobs fail, which its users complain of).
 */
const allowed: Record<JobStatus, readonly JobStatus[]> = {
  Submitting: ['Received', 'Checking', 'Deleted', 'Killed'],
  Received: ['Scouting', 'Checking', 'Staging', 'Waiting', 'Failed', 'Deleted', 'Killed'],
  Checking: ['Scouting', 'Staging', 'Waiting', 'Rescheduled', 'Failed', 'Deleted', 'Killed'],
  Scouting: ['Checking', 'Failed', 'Stalled', 'Killed'],
  Staging: ['Checking', 'Waiting', 'Failed', 'Killed'],
  Waiting: ['Matched', 'Rescheduled', 'Deleted', 'Killed'],
  Matched: ['Running', 'Failed', 'Rescheduled', 'Stalled', 'Killed'],
  Rescheduled: ['Waiting', 'Received', 'Deleted', 'Failed', 'Killed'],
  Running: ['Stalled', 'Done', 'Failed', 'Rescheduled', 'Completing', 'Killed', 'Received'],
  Stalled: ['Running', 'Failed', 'Killed', 'Rescheduled'],
  Completing: ['Done', 'Failed', 'Completed', 'Stalled', 'Killed', 'Rescheduled'],
  Completed: ['Done', 'Failed'],
  Done: ['Rescheduled', 'Deleted'],
  Failed: ['Rescheduled', 'Deleted'],
  Killed: ['Rescheduled', 'Deleted'],
  Deleted: [],
};

/** Staying where one is, is always allowed: minor and application status change within a state. */
export function mayMove(from: JobStatus, to: JobStatus): boolean {
  return from === to || allowed[from].includes(to);
}

/** States in which a pilot holds the job. */
export const activeStatuses: readonly JobStatus[] = ['Matched', 'Running', 'Stalled', 'Completing'];
export const isActive = (status: JobStatus): boolean => activeStatuses.includes(status);
