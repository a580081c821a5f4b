import { sql } from 'kysely';
import type { Database, Tx } from '../database/port.ts';
import { lockNext } from '../database/port.ts';
import { removeGroupIfEmpty, uncountDeleted } from './uncount-deleted.ts';
import type { GroupKey } from './uncount-deleted.ts';

/** A client that repeats a submission after this makes new jobs. */
export const keysKeptMs = 30 * 86_400_000;
/** A transaction of 500 jobs takes some 20 ms, in which no other write waits long. */
const slice = 500;
/** What is left is the next pass's. */
const mostSlices = 20;

/** Removes what nobody can ask for any more: deleted jobs with all that hangs on them, and old idempotency keys. */
export function createJobCleaningAgent(
  database: Database,
  forgetTail: (jobId: number) => void,
  /** How long a deleted job lies in the bin, from which it can be restored. */
  binMs: number,
): () => Promise<void> {
  return async () => {
    for (let n = 0; n < mostSlices; n += 1) {
      const { jobIds, groups } = await database.transaction((tx, nowMs) => removeDeletedJobs(tx, nowMs, binMs));
      for (const jobId of jobIds) forgetTail(jobId);
      for (const group of groups) await database.transaction((tx) => removeGroupIfEmpty(tx, group));
      if (jobIds.length < slice) break;
    }
    for (let n = 0; n < mostSlices && (await database.transaction(removeOldKeys)) === slice; n += 1);
  };
}

async function removeDeletedJobs(tx: Tx, nowMs: number, binMs: number): Promise<{ jobIds: number[]; groups: GroupKey[] }> {
  const rows = await tx
    .selectFrom('jobs')
    .select(['job_id', 'description_id', 'vo', 'owner_group', 'owner', 'job_group', 'site'])
    // The literal matters: a bound value would not be seen to imply the partial index.
    .where(sql<boolean>`status = 'Deleted'`)
    .where('last_update_ms', '<', nowMs - binMs)
    .orderBy('last_update_ms')
    .limit(slice)
    .modifyEnd(lockNext(tx))
    .execute();
  if (rows.length === 0) return { jobIds: [], groups: [] };
  const jobIds = rows.map(({ job_id }) => job_id);
  await renewOutputs(tx, jobIds, nowMs);
  for (const table of ['job_log', 'attempts', 'job_outputs', 'job_parameters', 'stale_reports', 'jobs'] as const)
    await tx.deleteFrom(table).where('job_id', 'in', jobIds).execute();
  await removeUnusedDescriptions(tx, [...new Set(rows.map(({ description_id }) => description_id))], nowMs);
  return { jobIds, groups: await uncountDeleted(tx, rows) };
}

/** The day of a file without a job begins when its last job goes. */
async function renewOutputs(tx: Tx, jobIds: readonly number[], nowMs: number): Promise<void> {
  await tx
    .updateTable('sandbox_files')
    .set({ stored_ms: nowMs })
    .where('digest', 'in', tx.selectFrom('job_outputs').select('digest').where('job_id', 'in', jobIds))
    .execute();
}

/** A description is made with its jobs: one that has none now never gets any. */
async function removeUnusedDescriptions(tx: Tx, descriptionIds: readonly number[], nowMs: number): Promise<void> {
  const used = await tx.selectFrom('jobs').select('description_id').distinct().where('description_id', 'in', descriptionIds).execute();
  const inUse = new Set(used.map(({ description_id }) => description_id));
  const unused = descriptionIds.filter((id) => !inUse.has(id));
  if (unused.length === 0) return;
  await tx
    .updateTable('sandbox_files')
    .set({ stored_ms: nowMs })
    .where('digest', 'in', tx.selectFrom('description_files').select('digest').where('description_id', 'in', unused))
    .execute();
  await tx.deleteFrom('description_files').where('description_id', 'in', unused).execute();
  await tx.deleteFrom('descriptions').where('description_id', 'in', unused).execute();
}

async function removeOldKeys(tx: Tx, nowMs: number): Promise<number> {
  const old = await tx
    .selectFrom('idempotency_keys')
    .select(['vo', 'owner_group', 'owner', 'idempotency_key'])
    .where('created_ms', '<', nowMs - keysKeptMs)
    .orderBy('created_ms')
    .limit(slice)
    .modifyEnd(lockNext(tx))
    .execute();
  for (const { vo, owner_group, owner, idempotency_key } of old) {
    await tx
      .deleteFrom('idempotency_keys')
      .where('vo', '=', vo)
      .where('owner_group', '=', owner_group)
      .where('owner', '=', owner)
      .where('idempotency_key', '=', idempotency_key)
      .execute();
  }
  return old.length;
}
