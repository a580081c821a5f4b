import { sql } from 'kysely';
import type { Db } from '../database/port.ts';
import type { JobRow } from '../jobs/job-row.ts';

/** Past this a number is no news. */
const mostCounted = 1_000;

/** Jobs of the same queue that come first; reads the head of the queue's partial index. */
export async function countAhead(db: Db, row: JobRow): Promise<number> {
  const ahead = db
    .selectFrom('jobs')
    .select('job_id')
    .where('task_queue_id', '=', row.task_queue_id)
    // The literal matters: a bound 1 would not be seen to imply the partial index.
    .where(sql<boolean>`queued = 1`)
    .where((eb) => eb.or([eb('priority', '>', row.priority), eb.and([eb('priority', '=', row.priority), eb('job_id', '<', row.job_id)])]))
    .limit(mostCounted);
  const { n } = await db
    .selectFrom(ahead.as('ahead'))
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return Number(n);
}

/** Jobs that wait in these queues, by the queues' own numbers. */
export async function sumWaiting(db: Db, taskQueueIds: readonly number[]): Promise<number> {
  if (taskQueueIds.length === 0) return 0;
  const { n } = await db
    .selectFrom('task_queues')
    .select((eb) => eb.fn.sum<number | null>('waiting').as('n'))
    .where('task_queue_id', 'in', [...taskQueueIds])
    .executeTakeFirstOrThrow();
  return Number(n ?? 0);
}

export interface Start {
  taskQueueId: number;
  /** Null of a later attempt: what was lost and matched again waited more than once. */
  waitMs: number | null;
}

/** The newest starts since then. */
export async function readStarts(db: Db, vo: string, sinceMs: number): Promise<Start[]> {
  const newest = db
    .selectFrom('attempts')
    .select(['job_id', 'matched_ms'])
    .where('matched_ms', '>', sinceMs)
    .orderBy('matched_ms', 'desc')
    .limit(mostCounted);
  const rows = await db
    .selectFrom(newest.as('newest'))
    .innerJoin('jobs', 'jobs.job_id', 'newest.job_id')
    .select(['jobs.task_queue_id', 'jobs.submission_ms', 'newest.matched_ms', 'jobs.attempt'])
    .where('jobs.vo', '=', vo)
    .execute();
  return rows.map(({ task_queue_id, submission_ms, matched_ms, attempt }) => ({
    taskQueueId: task_queue_id,
    waitMs: attempt === 1 ? Math.max(0, matched_ms - submission_ms) : null,
  }));
}
