import {
  type ActBody, type ActResult, type Client, type Condition, deleteJobs, finalStatuses, holdJobs, type JobAct, killJobs, releaseJobs,
  rescheduleJobs, restoreJobs,
} from '@diraclab/contract'; // prettier-ignore

/** Acts that commands do; a priority is changed elsewhere. */
export type Action = Exclude<JobAct, 'prioritise'>;

const routes = { kill: killJobs, delete: deleteJobs, hold: holdJobs, release: releaseJobs, reschedule: rescheduleJobs, restore: restoreJobs } as const; // prettier-ignore

export const actNow = (client: Client, action: Action, body: ActBody, signal: AbortSignal): Promise<ActResult> =>
  client(routes[action] as typeof killJobs, { body }, { signal });

export const past: Readonly<Record<Action, string>> = {
  kill: 'killed', delete: 'deleted', hold: 'held', release: 'released', reschedule: 'rescheduled', restore: 'restored',
}; // prettier-ignore

/** Which jobs `-a` means: all that the act can be meant for. */
export const meantFor: Readonly<Record<Action, readonly Condition[]>> = {
  kill: [{ field: 'status', operator: 'notIn', values: [...finalStatuses] }],
  delete: [],
  hold: [{ field: 'status', operator: 'eq', values: ['Waiting'] }],
  release: [{ field: 'minorStatus', operator: 'eq', values: ['Held'] }],
  reschedule: [{ field: 'status', operator: 'in', values: ['Failed', 'Killed'] }],
  restore: [{ field: 'status', operator: 'eq', values: ['Deleted'] }],
};
