import type { Property, Selection } from '@diraclab/contract';
import type { Tx } from '../database/port.ts';
import { insertRows } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { chooseForOperation } from '../jobs/search-jobs.ts';
import type { OperationRow } from './operation-store.ts';

/** Written down in one transaction; in SQLite some 60 ms, in which no other write waits long. */
const mostAtOnce = 50_000;

/** On whose behalf an operation acts: with the rights that its owner had when it was asked for. */
export function callerOf({ vo, owner, owner_group, properties }: OperationRow): Caller {
  return { kind: 'user', vo, owner, ownerGroup: owner_group, properties: new Set(JSON.parse(properties) as Property[]) };
}

/**
 * Writes down which jobs are meant, before anything is done to one of them: a job that starts to run while a kill waits for its undo is still
 * killed, and one that is submitted meanwhile is not. Gives the operation as it is then.
 */
export async function selectMore(tx: Tx, row: OperationRow, nowMs: number): Promise<OperationRow> {
  const { jobIds, where = [], except = [] } = JSON.parse(row.selection) as Selection;
  if (jobIds !== undefined) {
    const ids = [...new Set(jobIds)].sort((a, b) => a - b);
    await insertRows(tx, 'operation_jobs', ['operation_id', 'job_id'], ids.map((jobId) => [row.operation_id, jobId])); // prettier-ignore
    return selected(row, ids.length, nowMs);
  }
  const left = except.length === 0 ? [] : [{ field: 'jobId' as const, operator: 'notIn' as const, values: except }];
  const n = await chooseForOperation(tx, {
    operationId: row.operation_id,
    where: [...where, ...left],
    caller: callerOf(row),
    after: row.selected_to,
    last: row.last_job_id,
    most: mostAtOnce,
  });
  if (n < mostAtOnce) return selected(row, row.total + n, nowMs);
  const { last } = await tx
    .selectFrom('operation_jobs')
    .select((eb) => eb.fn.max('job_id').as('last'))
    .where('operation_id', '=', row.operation_id)
    .executeTakeFirstOrThrow();
  return { ...row, total: row.total + n, selected_to: Number(last) };
}

function selected(row: OperationRow, total: number, nowMs: number): OperationRow {
  if (total === 0) return { ...row, total, state: 'Done', end_ms: nowMs };
  return { ...row, total, state: row.start_ms > nowMs ? 'Delayed' : 'Running' };
}
