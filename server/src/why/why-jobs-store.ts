import type { Condition, EndReason, JobStatus } from '@diraclab/contract';
import { sql } from 'kysely';
import type { Db } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { allOf, checkCosts, holds, scope } from '../jobs/search-conditions.ts';

/** Jobs that one page covers: what it reads does not grow with the selection. */
export const jobsAPage = 100_000;

export interface Slice {
  where: readonly Condition[];
  caller: Caller;
  /** Jobs after this one. */
  afterId: number;
}

/** The jobs of a page: the next by id. */
function slice(db: Db, { where, caller, afterId }: Slice) {
  checkCosts(where);
  return db
    .selectFrom('jobs')
    .selectAll('jobs')
    .where(allOf([...scope(caller), ...holds(db, where)]))
    .where('jobs.job_id', '>', afterId)
    .orderBy('jobs.job_id')
    .limit(jobsAPage);
}

export interface SliceEnd {
  jobs: number;
  lastId: number;
}

export async function readSliceEnd(db: Db, of: Slice): Promise<SliceEnd> {
  const row = await db
    .selectFrom(slice(db, of).as('page'))
    .select((eb) => [eb.fn.countAll<number>().as('n'), eb.fn.max<number | null>('page.job_id').as('last')])
    .executeTakeFirstOrThrow();
  return { jobs: Number(row.n), lastId: Number(row.last ?? 0) };
}

export interface StateCount {
  status: JobStatus;
  /** 0 of jobs that do not wait. */
  taskQueueId: number;
  queued: number;
  endReason: EndReason | null;
  exitCode: number | null;
  jobs: number;
  firstId: number;
}

/** Jobs of a page by what is said of them alike, the most first. */
export async function countStates(db: Db, of: Slice, most: number): Promise<StateCount[]> {
  const queue = sql<number>`case when status = 'Waiting' then task_queue_id else 0 end`;
  const rows = await db
    .selectFrom(slice(db, of).as('page'))
    .select((eb) => ['status', queue.as('queue'), 'queued', 'end_reason', 'exit_code', eb.fn.countAll<number>().as('n'), eb.fn.min<number>('job_id').as('first')])
    .groupBy(['status', queue, 'queued', 'end_reason', 'exit_code'])
    .orderBy('n', 'desc')
    .orderBy('first')
    .limit(most)
    .execute(); // prettier-ignore
  return rows.map((row) => ({
    status: row.status,
    taskQueueId: Number(row.queue),
    queued: row.queued,
    endReason: row.end_reason,
    exitCode: row.exit_code,
    jobs: Number(row.n),
    firstId: Number(row.first),
  }));
}

export interface FailureCount {
  site: string;
  endReason: EndReason | null;
  exitCode: number | null;
  minorStatus: string;
  applicationStatus: string;
  jobs: number;
  firstMs: number;
  lastMs: number;
  newestId: number;
}

/** Failed jobs of a page by their words, the most first. */
export async function countFailures(db: Db, of: Slice, most: number): Promise<FailureCount[]> {
  const failed: Slice = { ...of, where: [...of.where, { field: 'status', operator: 'eq', values: ['Failed'] }] };
  const columns = ['site', 'end_reason', 'exit_code', 'minor_status', 'application_status'] as const;
  const rows = await db
    .selectFrom(slice(db, failed).as('page'))
    .select(columns)
    .select((eb) => [
      eb.fn.countAll<number>().as('n'),
      eb.fn.min<number>('last_update_ms').as('first'),
      eb.fn.max<number>('last_update_ms').as('last'),
      eb.fn.max<number>('job_id').as('newest'),
    ])
    .groupBy(columns)
    .orderBy('n', 'desc')
    .orderBy('newest', 'desc')
    .limit(most)
    .execute();
  return rows.map((row) => ({
    site: row.site,
    endReason: row.end_reason,
    exitCode: row.exit_code,
    minorStatus: row.minor_status,
    applicationStatus: row.application_status,
    jobs: Number(row.n),
    firstMs: Number(row.first),
    lastMs: Number(row.last),
    newestId: Number(row.newest),
  }));
}

/** Sites where jobs of the selection, whatever state it asks for, are Done. */
export async function sitesThatDo(db: Db, of: Slice): Promise<Set<string>> {
  const where: Condition[] = [...of.where.filter(({ field }) => field !== 'status'), { field: 'status', operator: 'eq', values: ['Done'] }];
  const rows = await db
    .selectFrom(slice(db, { ...of, where }).as('page'))
    .select('site')
    .groupBy('site')
    .execute();
  return new Set(rows.map(({ site }) => site));
}
