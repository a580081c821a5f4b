import type { Condition, Job, JobStatus, Selection } from '@diraclab/contract';
import type { StateCounts } from '../ui/states';

/**
 * What is selected: single jobs with the state they were seen in; or, with `all`, everything that the filter holds for, without those named.
 */
export interface Picked {
  readonly all: boolean;
  readonly named: ReadonlyMap<number, JobStatus>;
}

export const nothing: Picked = { all: false, named: new Map() };
export const everything: Picked = { all: true, named: new Map() };

type Row = Pick<Job, 'jobId' | 'status'>;

export const isPicked = ({ all, named }: Picked, jobId: number): boolean => named.has(jobId) !== all;
export const pickedCount = ({ all, named }: Picked, total: number): number => (all ? Math.max(0, total - named.size) : named.size);

export function toggle(picked: Picked, { jobId, status }: Row): Picked {
  const named = new Map(picked.named);
  if (!named.delete(jobId)) named.set(jobId, status);
  return { all: picked.all, named };
}

export const only = (rows: readonly Row[]): Picked => ({ all: false, named: new Map(rows.map(({ jobId, status }) => [jobId, status])) });

/** Rows come to what is picked. */
export function extend({ all, named }: Picked, rows: readonly Row[]): Picked {
  const next = new Map(named);
  for (const { jobId, status } of rows) {
    if (all) next.delete(jobId);
    else next.set(jobId, status);
  }
  return { all, named: next };
}

/** States that changed while rows are selected. */
export function renew(picked: Picked, rows: readonly Row[]): Picked {
  const changed = rows.filter(({ jobId, status }) => picked.named.has(jobId) && picked.named.get(jobId) !== status);
  if (changed.length === 0) return picked;
  return { all: picked.all, named: new Map([...picked.named, ...changed.map(({ jobId, status }) => [jobId, status] as const)]) };
}

/** As the server takes it: the query itself, not the rows that the browser happens to have. */
export function toSelection({ all, named }: Picked, where: readonly Condition[]): Selection {
  const jobIds = [...named.keys()];
  if (!all) return { jobIds };
  const except: Condition[] = jobIds.length === 0 ? [] : [{ field: 'jobId', operator: 'notIn', values: jobIds }];
  const conditions = [...where, ...except];
  // The server wants at least one condition, so that an empty filter is not taken for everything by mistake; here it is meant.
  return { where: conditions.length === 0 ? [{ field: 'jobId', operator: 'gt', values: [0] }] : conditions };
}

/** How many of the selected jobs are in each state. `matching` are the counts of the filter. */
export function statesOf({ all, named }: Picked, matching: StateCounts): StateCounts {
  const counts: StateCounts = all ? { ...matching } : {};
  for (const status of named.values()) counts[status] = Math.max(0, (counts[status] ?? 0) + (all ? -1 : 1));
  return counts;
}
