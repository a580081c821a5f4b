import type { Database, Db, Tx } from '../database/port.ts';
import { announce, keepRows, kindOf } from '../database/port.ts';
import type { Tables } from '../database/tables.ts';
import { sql } from 'kysely';
import type { TaskQueue } from './matcher.ts';
import { canonical, readRequirements } from './requirements.ts';
import type { Requirements } from './requirements.ts';

/** How many waiting jobs each queue gains or loses. */
export type QueueDeltas = Map<number, number>;

export interface StoredQueue extends TaskQueue {
  waiting: number;
  /** Priority of the job that comes first; 0 where none waits. */
  topPriority: number;
}

export interface Needs {
  owner: { vo: string; ownerGroup: string; owner: string };
  requirements: Requirements;
}

/** The queue of each of these needs, made where there is none yet. Equal needs are asked for once, and in one order, so that two makers cannot deadlock. */
export async function findOrMakeQueues(tx: Tx, wanted: readonly Needs[]): Promise<number[]> {
  const keys = wanted.map(({ owner, requirements }) => JSON.stringify([owner.vo, owner.ownerGroup, owner.owner, canonical(requirements)]));
  const found = new Map<string, number>();
  for (const key of [...new Set(keys)].sort())
    found.set(key, await findOrMakeQueue(tx, JSON.parse(key) as [string, string, string, string]));
  return keys.map((key) => found.get(key) ?? 0);
}

async function findOrMakeQueue(tx: Tx, [vo, owner_group, owner, requirements]: [string, string, string, string]): Promise<number> {
  const find = () =>
    tx
      .selectFrom('task_queues')
      .select('task_queue_id')
      .where('vo', '=', vo)
      .where('owner_group', '=', owner_group)
      .where('owner', '=', owner)
      .where('requirements', '=', requirements)
      // Until its jobs are there, nobody removes it as one without jobs.
      .modifyEnd(keepRows(tx))
      .executeTakeFirst();
  const found = await find();
  if (found !== undefined) return found.task_queue_id;
  await tx
    .insertInto('task_queues')
    .values({ vo, owner_group, owner, requirements, waiting: 0 })
    .onConflict((c) => c.doNothing())
    .execute();
  const made = await find();
  if (made === undefined) throw new Error('a task queue vanished inside the transaction that made it');
  return made.task_queue_id;
}

/**
 * Changes the numbers of waiting jobs; raises the version where a queue was empty and is not any more, for servers that keep queues in memory.
 * The rows are locked in id order first, because an update of many takes them in any order and two of them could deadlock.
 */
export async function addToQueues(tx: Tx, deltas: QueueDeltas): Promise<void> {
  const changes = [...deltas].filter(([, delta]) => delta !== 0).sort(([a], [b]) => a - b);
  const refilled: number[] = [];
  for (let at = 0; at < changes.length; at += queuesAStatement) {
    for (const { task_queue_id, waiting } of await addToSome(tx, changes.slice(at, at + queuesAStatement)))
      if (waiting > 0 && waiting === deltas.get(task_queue_id)) refilled.push(task_queue_id);
  }
  if (refilled.length === 0) return;
  await sql`update matching_state set version = version + 1`.execute(tx);
  for (let at = 0; at < refilled.length; at += queuesAStatement) {
    await tx
      .updateTable('task_queues')
      .set((eb) => ({ refilled_version: eb.selectFrom('matching_state').select('version') }))
      .where('task_queue_id', 'in', refilled.slice(at, at + queuesAStatement))
      .execute();
  }
  await announce(tx, 'matching');
}

/** Two values each, of the 32,766 that a statement may bind. */
const queuesAStatement = 1000;

async function addToSome(tx: Tx, changes: readonly (readonly [number, number])[]): Promise<{ task_queue_id: number; waiting: number }[]> {
  if (kindOf<Tables>(tx) === 'postgres') {
    const [ids, added] = [changes.map(([id]) => id), changes.map(([, delta]) => delta)];
    const { rows } = await sql<{ task_queue_id: number; waiting: number }>`
      with locked as materialized (select q.task_queue_id as id, given.delta from unnest(${ids}::bigint[], ${added}::bigint[]) as given (id, delta)
        join task_queues q on q.task_queue_id = given.id order by q.task_queue_id for update of q)
      update task_queues q set waiting = q.waiting + locked.delta from locked where q.task_queue_id = locked.id
      returning q.task_queue_id, q.waiting`.execute(tx);
    return rows;
  }
  const given = changes.map(([taskQueueId, delta]) => sql`(cast(${taskQueueId} as bigint), cast(${delta} as bigint))`);
  const { rows } = await sql<{ task_queue_id: number; waiting: number }>`
    with given (id, delta) as (values ${sql.join(given)})
    update task_queues set waiting = waiting + given.delta from given where task_queue_id = given.id returning task_queue_id, waiting`.execute(
    tx,
  );
  return rows;
}

const queueWithTop = (db: Db) =>
  db
    .selectFrom('task_queues as q')
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom('jobs')
        .select('priority')
        .whereRef('jobs.task_queue_id', '=', 'q.task_queue_id')
        // The literal matters: a bound 1 would not be seen to imply the partial index.
        .where(sql<boolean>`jobs.queued = 1`)
        .orderBy('priority', 'desc')
        .limit(1)
        .as('top_priority'),
    );

/** Queues in which jobs wait: all of them, or those that got their first jobs after a version. */
export async function loadQueues(db: Db, afterVersion?: number): Promise<StoredQueue[]> {
  const query = queueWithTop(db).where('waiting', '>', 0);
  const rows = await (afterVersion === undefined ? query : query.where('refilled_version', '>', afterVersion)).execute();
  return rows.map(toQueue);
}

export async function loadQueue(db: Db, taskQueueId: number): Promise<StoredQueue | undefined> {
  const row = await queueWithTop(db).where('task_queue_id', '=', taskQueueId).executeTakeFirst();
  return row === undefined ? undefined : toQueue(row);
}

/** By id; those that are not there are left out. */
export async function loadQueuesById(db: Db, taskQueueIds: readonly number[]): Promise<Map<number, StoredQueue>> {
  if (taskQueueIds.length === 0) return new Map();
  const rows = await queueWithTop(db)
    .where('task_queue_id', 'in', [...taskQueueIds])
    .execute();
  return new Map(rows.map((row) => [row.task_queue_id, toQueue(row)]));
}

function toQueue(row: {
  task_queue_id: number;
  vo: string;
  owner: string;
  owner_group: string;
  requirements: string;
  waiting: number;
  top_priority: number | null;
}): StoredQueue {
  return {
    taskQueueId: row.task_queue_id,
    vo: row.vo,
    owner: row.owner,
    ownerGroup: row.owner_group,
    requirements: readRequirements(row.requirements),
    waiting: row.waiting,
    topPriority: row.top_priority ?? 0,
  };
}

export interface MatchingVersions {
  queues: number;
  policy: number;
}

export async function readMatchingVersions(database: Database): Promise<MatchingVersions> {
  const row = await database.read.selectFrom('matching_state').select(['version', 'policy_version']).executeTakeFirstOrThrow();
  return { queues: row.version, policy: row.policy_version };
}
