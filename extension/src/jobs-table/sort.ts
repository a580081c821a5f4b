import type { JobQuery, SearchField } from '@diraclab/contract';

export type Sort = NonNullable<JobQuery['sort']>;
export const defaultSort: Sort = { field: 'jobId', direction: 'desc' };

/** A click on a header: the same field turns around, another one begins as people want it: newest times first, texts from A. */
export function nextSort(sort: Sort, field: SearchField): Sort {
  if (sort.field === field) return { field, direction: sort.direction === 'asc' ? 'desc' : 'asc' };
  return { field, direction: field === 'jobId' || field.endsWith('Time') ? 'desc' : 'asc' };
}
