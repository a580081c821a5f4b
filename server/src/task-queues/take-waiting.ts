import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Tx } from '../database/port.ts';
import { kindOf } from '../database/port.ts';
import type { Tables } from '../database/tables.ts';
import type { JobRow } from '../jobs/job-row.ts';
import { isSuspended } from '../registry/suspensions.ts';

export type TakenRow = JobRow & { is_suspended: boolean };

export interface Taken {
  /** By queue, first job first. */
  rows: Map<number, TakenRow[]>;
  /** Of the policy, as the claim saw it; undefined where nothing was found. */
  policyVersion: number | undefined;
}

/**
 * The first n jobs of each of these queues, locked, by one statement for all of them; on PostgreSQL those that another claim holds are passed
 * over. It reads n entries at the head of a partial index for each queue: nothing is sorted, nothing counted.
 */
export async function takeFirstWaiting(tx: Tx, wanted: ReadonlyMap<number, number>): Promise<Taken> {
  const found = kindOf<Tables>(tx) === 'postgres' ? await takeByUnnest(tx, [...wanted]) : await takeByUnion(tx, [...wanted]);
  const rows = new Map<number, TakenRow[]>();
  for (const { policy_version: _, ...row } of found) {
    const ofQueue = rows.get(row.task_queue_id);
    if (ofQueue === undefined) rows.set(row.task_queue_id, [row]);
    else ofQueue.push(row);
  }
  for (const ofQueue of rows.values()) ofQueue.sort((a, b) => b.priority - a.priority || a.job_id - b.job_id);
  return { rows, policyVersion: found[0]?.policy_version };
}

type Row = TakenRow & { policy_version: number };
type Wanted = readonly (readonly [taskQueueId: number, n: number])[];

async function takeByUnnest(tx: Tx, wanted: Wanted): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select j.*, (select policy_version from matching_state) as policy_version
    from unnest(${wanted.map(([id]) => id)}::bigint[], ${wanted.map(([, n]) => n)}::bigint[]) as w (task_queue_id, n)
    cross join lateral (select jobs.*, ${isSuspended} as is_suspended from jobs where jobs.task_queue_id = w.task_queue_id and queued = 1
      order by priority desc, job_id limit w.n for update skip locked) j`.execute(tx);
  return rows;
}

/** SQLite's `limit` cannot depend on a row, so each queue has its own branch; texts of few lengths, so that each is prepared once. */
async function takeByUnion(tx: Tx, wanted: Wanted): Promise<Row[]> {
  const rows: Row[] = [];
  for (let at = 0; at < wanted.length; at += mostBranches) {
    const some = wanted.slice(at, at + mostBranches);
    while (some.length & (some.length - 1)) some.push([noQueue, 0]);
    const found = await sql<Row>`${sql.join(some.map(branch), sql` union all `)}`.execute(tx);
    rows.push(...found.rows);
  }
  return rows;
}

const mostBranches = 64;
const noQueue = -1;

const branch = ([taskQueueId, n]: readonly [number, number]): RawBuilder<Row> => sql<Row>`
  select * from (select jobs.*, ${isSuspended} as is_suspended, policy_version from jobs cross join matching_state
    where task_queue_id = ${taskQueueId} and queued = 1 order by priority desc, job_id limit ${n})`;
