import type { Database, Tx } from '../database/port.ts';
import { lockRows } from '../database/port.ts';

/** Queues looked at in one transaction. */
const slice = 500;

/**
 * Removes queues that no job belongs to, waiting or not, a slice a pass and round again. A submission holds its queue (`for key share`), and
 * so do its rows: the queues are locked first and looked at again, so that none goes while a job comes to it.
 */
export function createTaskQueueCleaningAgent(database: Database): () => Promise<void> {
  let after = 0;
  return async () => {
    const seen = await database.transaction((tx) => removeUnused(tx, after));
    after = seen.length < slice ? 0 : (seen.at(-1) ?? 0);
  };
}

async function removeUnused(tx: Tx, after: number): Promise<number[]> {
  const queues = await tx
    .selectFrom('task_queues')
    .select(['task_queue_id', 'waiting'])
    .where('task_queue_id', '>', after)
    .orderBy('task_queue_id')
    .limit(slice)
    .execute();
  const unused = await withoutJobs(tx, queues.filter(({ waiting }) => waiting === 0).map(({ task_queue_id }) => task_queue_id)); // prettier-ignore
  if (unused.length > 0) {
    await tx
      .selectFrom('task_queues')
      .select('task_queue_id')
      .where('task_queue_id', 'in', unused)
      .orderBy('task_queue_id')
      .modifyEnd(lockRows(tx))
      .execute();
    // A statement of its own: it sees what was committed while the locks were waited for.
    const stillUnused = await withoutJobs(tx, unused);
    if (stillUnused.length > 0) await tx.deleteFrom('task_queues').where('task_queue_id', 'in', stillUnused).execute();
  }
  return queues.map(({ task_queue_id }) => task_queue_id);
}

async function withoutJobs(tx: Tx, taskQueueIds: readonly number[]): Promise<number[]> {
  if (taskQueueIds.length === 0) return [];
  const rows = await tx
    .selectFrom('task_queues')
    .select('task_queue_id')
    .where('task_queue_id', 'in', taskQueueIds)
    .where('waiting', '=', 0)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('jobs').select('job_id').whereRef('jobs.task_queue_id', '=', 'task_queues.task_queue_id'))),
    )
    .execute();
  return rows.map(({ task_queue_id }) => task_queue_id);
}
