import { sql } from 'kysely';
import type { Db } from '../database/port.ts';

/** Of a row of `jobs` in a statement: may its owner, or its end user, run nothing now? By the key of a table that is nearly always empty. */
export const isSuspended = sql<boolean>`exists (select 1 from suspensions s
  where s.owner = jobs.owner and s.vo in ('', jobs.vo) and s.end_user in ('', jobs.end_user))`;

export interface SuspensionOfJob {
  reason: string;
  by: string;
  sinceMs: number;
  /** Only the end user is meant. */
  endUser: string;
}

export async function readSuspension(db: Db, job: { owner: string; vo: string; end_user: string }): Promise<SuspensionOfJob | undefined> {
  const row = await db
    .selectFrom('suspensions')
    .selectAll()
    .where('owner', '=', job.owner)
    .where('vo', 'in', ['', job.vo])
    .where('end_user', 'in', ['', job.end_user])
    .orderBy('end_user')
    .orderBy('vo')
    .executeTakeFirst();
  return row && { reason: row.reason, by: row.by_owner, sinceMs: row.since_ms, endUser: row.end_user };
}
