import { undoS } from '@diraclab/contract';
import type { OperationBody } from '@diraclab/contract';
import type { Database, Tx } from '../database/port.ts';
import { isUniqueViolation } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { findAnswer, hashOf, keepAnswers, mustBeSame } from '../jobs/repetitions.ts';
import { insertOperation, lockOperation, updateOperation } from './operation-store.ts';
import type { OperationRow } from './operation-store.ts';
import { selectMore } from './select-jobs.ts';

/** A kill of many can be taken back for a moment; nothing else destroys what cannot be had again. */
export function delayOf({ act, jobIds, delayS }: OperationBody): number {
  return delayS ?? (act === 'kill' && jobIds?.length !== 1 ? undoS : 0);
}

/** Writes an operation down with the first of its jobs; whichever server comes first carries it on. */
export async function startOperation(database: Database, body: OperationBody, caller: Caller): Promise<OperationRow> {
  const { idempotencyKey: key, ...asked } = body;
  const requestHash = hashOf(['startOperation', asked]);
  const once = () =>
    database.transaction(async (tx, nowMs) => {
      const known = key === undefined ? undefined : await findAnswer<{ operationId: number }>(tx, caller, key);
      if (key !== undefined && known !== undefined) {
        mustBeSame(key, known.requestHash, requestHash);
        return lockOperation(tx, known.answer.operationId, caller);
      }
      const row = await selectMore(tx, await insertNew(tx, body, caller, nowMs), nowMs);
      await updateOperation(tx, row);
      if (key !== undefined) await keepAnswers(tx, [{ caller, key, requestHash, answer: { operationId: row.operation_id } }], nowMs);
      return row;
    });
  return once().catch((error: unknown) => {
    // The same key at the same moment: it is there now, and the repetition finds it.
    if (key !== undefined && isUniqueViolation(error)) return once();
    throw error;
  });
}

async function insertNew(tx: Tx, body: OperationBody, caller: Caller, nowMs: number): Promise<OperationRow> {
  const { jobIds, where, except, act, priority } = body;
  const newest = await tx.selectFrom('jobs').select('job_id').orderBy('job_id', 'desc').limit(1).executeTakeFirst();
  return insertOperation(tx, {
    vo: caller.vo,
    owner_group: caller.ownerGroup,
    owner: caller.owner,
    properties: JSON.stringify([...caller.properties]),
    act,
    priority: priority ?? null,
    selection: JSON.stringify({ jobIds, where, except }),
    state: 'Selecting',
    request_ms: nowMs,
    start_ms: nowMs + delayOf(body) * 1000,
    end_ms: null,
    last_job_id: newest?.job_id ?? 0,
    selected_to: 0,
    acted_to: 0,
    total: 0,
    accepted: 0,
    refused: 0,
    refusals: '[]',
    turn_ms: 0,
  });
}
