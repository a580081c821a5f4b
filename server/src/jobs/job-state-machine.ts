import type { JobStatus } from '@diraclab/contract';

/** DIRAC's machine (JobStateMachine of 9.1): from each state, where a job may go. `Rescheduled` is passed through, never stored. */
const dirac: Record<JobStatus, readonly JobStatus[]> = {
  Submitting: ['Received', 'Checking', 'Deleted', 'Killed'],
  Received: ['Scouting', 'Checking', 'Staging', 'Waiting', 'Failed', 'Deleted', 'Killed'],
  Checking: ['Scouting', 'Staging', 'Waiting', 'Rescheduled', 'Failed', 'Deleted', 'Killed'],
  Scouting: ['Checking', 'Failed', 'Stalled', 'Killed'],
  Staging: ['Checking', 'Waiting', 'Failed', 'Killed'],
  Waiting: ['Matched', 'Rescheduled', 'Deleted', 'Killed'],
  Matched: ['Running', 'Failed', 'Rescheduled', 'Killed'],
  Rescheduled: ['Waiting', 'Received', 'Deleted', 'Failed', 'Killed'],
  Running: ['Stalled', 'Done', 'Failed', 'Rescheduled', 'Completing', 'Killed', 'Received'],
  Stalled: ['Running', 'Failed', 'Killed'],
  Completing: ['Done', 'Failed', 'Completed', 'Stalled', 'Killed'],
  Completed: ['Done', 'Failed'],
  Done: ['Deleted'],
  Failed: ['Rescheduled', 'Deleted'],
  Killed: ['Deleted'],
  Deleted: [],
};

/**
 * What we allow besides. A pilot can go silent before it says Running; people need not wait until a stalled or completing attempt is given
 * up, and may run again what is done or was killed.
 */
const ours: Partial<Record<JobStatus, readonly JobStatus[]>> = {
  Matched: ['Stalled'],
  Stalled: ['Rescheduled'],
  Completing: ['Rescheduled'],
  Done: ['Rescheduled'],
  Killed: ['Rescheduled'],
};

/** Staying where one is, is always allowed: minor and application status change within a state. */
export function mayMove(from: JobStatus, to: JobStatus): boolean {
  return from === to || dirac[from].includes(to) || (ours[from]?.includes(to) ?? false);
}

/** Out of the bin there is one way: back to where the job came from. */
export function mayRestore(to: JobStatus): boolean {
  return to !== 'Rescheduled' && dirac[to].includes('Deleted');
}

/** States in which a pilot holds the job. */
export const activeStatuses: readonly JobStatus[] = ['Matched', 'Running', 'Stalled', 'Completing'];
export const isActive = (status: JobStatus): boolean => activeStatuses.includes(status);
