import type { Database, Db, Tx } from '../database/port.ts';
import { sql } from 'kysely';
import type { TaskQueue } from './matcher.ts';
import { canonical } from './requirements.ts';
import type { Requirements } from './requirements.ts';

/** How many waiting jobs each queue gains or loses. */
export type QueueDeltas = Map<number, number>;

export interface StoredQueue extends TaskQueue {
  waiting: number;
}

/** The queue of these needs, made if there is none yet. */
export async function findOrMakeQueue(
  tx: Tx,
  owner: { vo: string; ownerGroup: string; owner: string },
  requirements: Requirements,
): Promise<number> {
  const key = { vo: owner.vo, owner_group: owner.ownerGroup, owner: owner.owner, requirements: canonical(requirements) };
  const find = () => {
    let query = tx.selectFrom('task_queues').select('task_queue_id');
    for (const [column, value] of Object.entries(key)) query = query.where(column as keyof typeof key, '=', value);
    return query.executeTakeFirst();
  };
  const found = await find();
  if (found !== undefined) return found.task_queue_id;
  await tx
    .insertInto('task_queues')
    .values({ ...key, waiting: 0 })
    .onConflict((c) => c.doNothing())
    .execute();
  const made = await find();
  if (made === undefined) throw new Error('a task queue vanished inside the transaction that made it');
  return made.task_queue_id;
}

/** Changes the numbers of waiting jobs; raises the version where a queue was empty and is not any more, for servers that keep queues in memory. */
export async function addToQueues(tx: Tx, deltas: QueueDeltas): Promise<void> {
  let refilled = false;
  for (const [taskQueueId, delta] of [...deltas].sort(([a], [b]) => a - b)) {
    if (delta === 0) continue;
    const { waiting } = await tx
      .updateTable('task_queues')
      .set((eb) => ({ waiting: eb('waiting', '+', delta) }))
      .where('task_queue_id', '=', taskQueueId)
      .returning('waiting')
      .executeTakeFirstOrThrow();
    if (delta > 0 && waiting === delta) refilled = true;
  }
  if (refilled) await sql`update matching_state set version = version + 1`.execute(tx);
}

/** Queues in which jobs wait. */
export async function loadQueues(db: Db): Promise<StoredQueue[]> {
  const rows = await db.selectFrom('task_queues').selectAll().where('waiting', '>', 0).execute();
  return rows.map(toQueue);
}

export async function loadQueue(db: Db, taskQueueId: number): Promise<StoredQueue | undefined> {
  const row = await db.selectFrom('task_queues').selectAll().where('task_queue_id', '=', taskQueueId).executeTakeFirst();
  return row === undefined ? undefined : toQueue(row);
}

function toQueue(row: {
  task_queue_id: number;
  vo: string;
  owner: string;
  owner_group: string;
  requirements: string;
  waiting: number;
}): StoredQueue {
  return {
    taskQueueId: row.task_queue_id,
    vo: row.vo,
    owner: row.owner,
    ownerGroup: row.owner_group,
    requirements: JSON.parse(row.requirements) as Requirements,
    waiting: row.waiting,
  };
}

export async function readMatchingVersion(database: Database): Promise<number> {
  const row = await database.read.selectFrom('matching_state').select('version').executeTakeFirstOrThrow();
  return row.version;
}
