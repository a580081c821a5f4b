import { ContractError } from '@diraclab/contract';
import { jobsAPage } from './why-jobs-store.ts';
import type { SliceEnd } from './why-jobs-store.ts';

/** The last id of a full page; null when no job can come after it. */
export const cursorAfter = ({ jobs, lastId }: SliceEnd): string | null => (jobs < jobsAPage ? null : String(lastId));

export function parseCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const id = /^\d{1,15}$/.test(cursor) ? Number(cursor) : undefined;
  if (id === undefined)
    throw new ContractError('BadRequest', 'The cursor does not belong to this query.', {
      next: 'Ask for the first page again, without "after".',
    });
  return id;
}
