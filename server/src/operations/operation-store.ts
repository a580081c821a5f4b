import { ContractError } from '@diraclab/contract';
import type { BulkOperation, OperationResult } from '@diraclab/contract';
import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import type { Db, Tx } from '../database/port.ts';
import { lockNext, lockRows } from '../database/port.ts';
import type { BulkOperationsTable } from '../database/tables.ts';
import type { Caller } from '../identity/caller.ts';
import { instant } from '../jobs/job-row.ts';

export type OperationRow = Selectable<BulkOperationsTable>;

/** In the contract's words. */
export function toOperation(row: OperationRow): BulkOperation {
  return {
    operationId: row.operation_id,
    act: row.act,
    priority: row.priority,
    state: row.state,
    requestTime: instant(row.request_ms),
    undoUntilTime: row.start_ms > row.request_ms ? instant(row.start_ms) : null,
    endTime: row.end_ms === null ? null : instant(row.end_ms),
    total: row.total,
    accepted: row.accepted,
    refused: row.refused,
    refusals: JSON.parse(row.refusals) as BulkOperation['refusals'],
  };
}

export async function insertOperation(tx: Tx, row: Omit<OperationRow, 'operation_id'>): Promise<OperationRow> {
  return tx.insertInto('bulk_operations').values(row).returningAll().executeTakeFirstOrThrow();
}

export async function updateOperation(tx: Tx, { operation_id, ...row }: OperationRow): Promise<void> {
  await tx.updateTable('bulk_operations').set(row).where('operation_id', '=', operation_id).execute();
}

const own = (db: Db, operationId: number, caller: Caller) =>
  db
    .selectFrom('bulk_operations')
    .selectAll()
    .where('operation_id', '=', operationId)
    .where('vo', '=', caller.vo)
    .$if(!caller.properties.has('JobAdministrator'), (query) =>
      query.where('owner_group', '=', caller.ownerGroup).where('owner', '=', caller.owner),
    );

const noSuchOperation = (operationId: number): ContractError =>
  new ContractError('NotFound', `There is no operation ${operationId}.`, {
    next: 'GET /api/operations lists those of the last week.',
    ids: { operationId },
  });

/** The operation, or the same answer whether it is absent or another's. */
export async function readOperation(db: Db, operationId: number, caller: Caller): Promise<OperationRow> {
  const row = await own(db, operationId, caller).executeTakeFirst();
  if (row === undefined) throw noSuchOperation(operationId);
  return row;
}

/** The same to be changed: whoever carries it on waits. */
export async function lockOperation(tx: Tx, operationId: number, caller: Caller): Promise<OperationRow> {
  const row = await own(tx, operationId, caller).modifyEnd(lockRows(tx)).executeTakeFirst();
  if (row === undefined) throw noSuchOperation(operationId);
  return row;
}

/**
 * The operation whose turn is due longest, locked: others are passed over while another server does a slice of theirs. The lock ends with its
 * holder, so that one whose server was killed goes on at the next.
 */
export async function lockNextOperation(tx: Tx, nowMs: number): Promise<OperationRow | undefined> {
  return tx
    .selectFrom('bulk_operations')
    .selectAll()
    .where('end_ms', 'is', null)
    .where((eb) => eb.or([eb('state', '=', 'Selecting'), eb('start_ms', '<=', nowMs)]))
    .orderBy('turn_ms')
    .orderBy('operation_id')
    .limit(1)
    .modifyEnd(lockNext(tx))
    .executeTakeFirst();
}

/** When the next operation is due; undefined when none is open. Asked twice a second by each server, so without a transaction. */
export async function readNextDueMs(db: Db): Promise<number | undefined> {
  const { due } = await db
    .selectFrom('bulk_operations')
    .select(sql<number | null>`min(case when state = 'Selecting' then 0 else start_ms end)`.as('due'))
    .where('end_ms', 'is', null)
    .executeTakeFirstOrThrow();
  return due === null ? undefined : Number(due);
}

export async function listOperations(db: Db, limit: number, caller: Caller): Promise<OperationRow[]> {
  return db
    .selectFrom('bulk_operations')
    .selectAll()
    .where('vo', '=', caller.vo)
    .where('owner_group', '=', caller.ownerGroup)
    .where('owner', '=', caller.owner)
    .orderBy('operation_id', 'desc')
    .limit(limit)
    .execute();
}

export async function readPendingIds(tx: Tx, { operation_id, acted_to }: OperationRow, most: number): Promise<number[]> {
  const rows = await tx
    .selectFrom('operation_jobs')
    .select('job_id')
    .where('operation_id', '=', operation_id)
    .where('job_id', '>', acted_to)
    .orderBy('job_id')
    .limit(most)
    .execute();
  return rows.map(({ job_id }) => job_id);
}

/** A page by job number, behind `after`. */
export async function readResults(
  db: Db,
  { operation_id, acted_to }: OperationRow,
  page: { refusedOnly: boolean; after: number; limit: number },
): Promise<OperationResult[]> {
  const rows = await db
    .selectFrom('operation_jobs')
    .selectAll()
    .where('operation_id', '=', operation_id)
    .where('job_id', '>', page.after)
    .$if(page.refusedOnly, (query) => query.where('refusal', 'is not', null))
    .orderBy('job_id')
    .limit(page.limit)
    .execute();
  return rows.map(({ job_id, refusal }) => ({
    jobId: job_id,
    outcome: refusal !== null ? 'refused' : job_id <= acted_to ? 'accepted' : 'pending',
    reason: refusal,
  }));
}
