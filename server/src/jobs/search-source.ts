import type { Condition } from '@diraclab/contract';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Db } from '../database/port.ts';
import { kindOf } from '../database/port.ts';
import type { SearchIndex } from './search-branches.ts';

const hints: Readonly<Record<SearchIndex, RawBuilder<unknown>>> = {
  jobs_group: sql`jobs indexed by jobs_group`,
  jobs_site: sql`jobs indexed by jobs_site`,
  jobs_status: sql`jobs indexed by jobs_status`,
  jobs_minor: sql`jobs indexed by jobs_minor`,
  jobs_name: sql`jobs indexed by jobs_name`,
  jobs_submission: sql`jobs indexed by jobs_submission`,
  jobs_ended: sql`jobs indexed by jobs_ended`,
  jobs_owner: sql`jobs indexed by jobs_owner`,
};

/**
 * SQLite, which has no statistics, is told the index: it would find all jobs of a laptop by the index of owners and sort them (140 ms for the
 * newest 100 of 200,000, against 1 ms by the jobs' own order). PostgreSQL knows better than we do.
 */
export function jobsBy(db: Db, index: SearchIndex | undefined): RawBuilder<unknown> {
  if (kindOf(db) === 'postgres') return sql`jobs`;
  return index === undefined ? sql`jobs not indexed` : hints[index];
}

/** For counting, where no order is wanted: whatever leaves the fewest rows to look at. */
export function narrowest(where: readonly Condition[]): SearchIndex | undefined {
  const chosen = new Set(where.flatMap(({ field, operator }) => (operator === 'in' || operator === 'eq' ? [field] : [])));
  if (chosen.has('jobId')) return undefined;
  if (chosen.has('jobGroup')) return 'jobs_group';
  if (chosen.has('site')) return 'jobs_site';
  if (chosen.has('minorStatus')) return 'jobs_minor';
  if (chosen.has('status')) return 'jobs_status';
  return where.some(({ field }) => field === 'age' || field === 'submissionTime') ? 'jobs_submission' : undefined;
}
