import { sql } from 'kysely';
import type { Db } from '../database/port.ts';

export interface Sums {
  jobs: { status: string; n: number }[];
  /** Pilots that have not ended, or whose end was not accounted yet: the others only grow in number. */
  pilots: { status: string; n: number }[];
  waitingJobs: number;
  waitingQueues: number;
}

/** From kept counters and partial indexes: no job is counted, however many there are. */
export async function readSums(db: Db): Promise<Sums> {
  const [jobs, pilots, queues] = await Promise.all([
    sql<{ status: string; n: number }>`select status, sum(n) as n from status_counts group by status`.execute(db),
    sql<{ status: string; n: number }>`select status, count(*) as n from pilots where accounted = 0 group by status`.execute(db),
    sql<{ jobs: number; queues: number }>`select coalesce(sum(waiting), 0) as jobs, count(*) as queues from task_queues
      where waiting > 0`.execute(db),
  ]);
  const numbers = (rows: { status: string; n: number }[]) => rows.map(({ status, n }) => ({ status, n: Number(n) }));
  const [waiting] = queues.rows;
  return {
    jobs: numbers(jobs.rows),
    pilots: numbers(pilots.rows),
    waitingJobs: Number(waiting?.jobs ?? 0),
    waitingQueues: Number(waiting?.queues ?? 0),
  };
}
