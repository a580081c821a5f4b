import type { Condition, GroupSummary, Job } from '@diraclab/contract';
import type { FrameOf } from '../tokens';
import { summarise } from '../ui/states';

/** A frame names the whole window in order and brings only the rows that are new or changed; rows that left are forgotten. */
export function merge(
  known: ReadonlyMap<number, Job>,
  frame: Pick<FrameOf<{ kind: 'view'; query: object }>, 'order' | 'jobs'>,
): Map<number, Job> {
  const changed = new Map(frame.jobs.map((job) => [job.jobId, job]));
  const rows = frame.order.map((jobId) => [jobId, changed.get(jobId) ?? known.get(jobId)] as const);
  return new Map(rows.filter((row): row is readonly [number, Job] => row[1] !== undefined));
}

/** A number is a job's id; anything else is part of a name, with `*` and `?` as the server knows them. */
export function searchConditions(text: string): Condition[] {
  const wanted = text.trim();
  if (wanted === '') return [];
  if (/^#?\d{1,15}$/.test(wanted)) return [{ field: 'jobId', operator: 'eq', values: [Number(wanted.replace('#', ''))] }];
  const pattern = /[*?]/.test(wanted) ? wanted : `*${wanted}*`;
  return [{ field: 'jobName', operator: 'like', values: [pattern.slice(0, 1000)] }];
}

/** Groups with failures come first; otherwise the server's order, newest first, stays. */
export function failuresFirst(groups: readonly GroupSummary[]): GroupSummary[] {
  const failed = (group: GroupSummary) => summarise(group.counts).failed > 0;
  return [...groups.filter(failed), ...groups.filter((group) => !failed(group))];
}
