import type { Database, Tx } from '../database/port.ts';
import { lockNext } from '../database/port.ts';

/** What became of each job can be asked for a week. */
export const operationsKeptMs = 7 * 86_400_000;
const sliceRows = 5_000;
/** What is left is the next pass's. */
const mostSlices = 50;

/** Removes old operations, with their jobs first, in slices. */
export function createOperationCleaningAgent(database: Database): () => Promise<void> {
  return async () => {
    for (let n = 0; n < mostSlices && (await database.transaction(removeSlice)); n += 1);
  };
}

/** False when nothing is old. */
async function removeSlice(tx: Tx, nowMs: number): Promise<boolean> {
  const old = await tx
    .selectFrom('bulk_operations')
    .select('operation_id')
    .where('end_ms', 'is not', null)
    .where('end_ms', '<', nowMs - operationsKeptMs)
    .orderBy('end_ms')
    .limit(1)
    .modifyEnd(lockNext(tx))
    .executeTakeFirst();
  if (old === undefined) return false;
  const rows = await tx
    .selectFrom('operation_jobs')
    .select('job_id')
    .where('operation_id', '=', old.operation_id)
    .orderBy('job_id')
    .limit(sliceRows)
    .execute();
  const last = rows.at(-1)?.job_id ?? 0;
  await tx.deleteFrom('operation_jobs').where('operation_id', '=', old.operation_id).where('job_id', '<=', last).execute();
  if (rows.length < sliceRows) await tx.deleteFrom('bulk_operations').where('operation_id', '=', old.operation_id).execute();
  return true;
}
