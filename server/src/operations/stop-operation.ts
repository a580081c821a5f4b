import { ContractError, hasEnded } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { lockOperation, updateOperation } from './operation-store.ts';
import type { OperationRow } from './operation-store.ts';

/** Taken back while none of its jobs was touched; also a moment after its time, if no slice has begun. Twice is once. */
export function undoOperation(database: Database, operationId: number, caller: Caller): Promise<OperationRow> {
  return stop(database, operationId, caller, 'Undone', (row) => {
    if (!hasEnded(row.state) && row.acted_to === 0) return undefined;
    return {
      why: `it is ${row.state}, and ${row.accepted.toLocaleString('en-US')} jobs were changed`,
      next: row.act === 'kill' ? 'Reschedule what was killed; an operation that still runs can be cancelled.' : 'Do the opposite act.',
    };
  });
}

/** Stopped where it is. */
export function cancelOperation(database: Database, operationId: number, caller: Caller): Promise<OperationRow> {
  return stop(database, operationId, caller, 'Cancelled', (row) =>
    hasEnded(row.state) ? { why: `it is ${row.state} already`, next: 'Nothing is left to stop.' } : undefined,
  );
}

function stop(
  database: Database,
  operationId: number,
  caller: Caller,
  state: 'Undone' | 'Cancelled',
  refusal: (row: OperationRow) => { why: string; next: string } | undefined,
): Promise<OperationRow> {
  return database.transaction(async (tx, nowMs) => {
    const row = await lockOperation(tx, operationId, caller);
    if (row.state === state) return row;
    const refused = refusal(row);
    if (refused !== undefined) {
      const { why, next } = refused;
      throw new ContractError('IllegalTransition', `Operation ${operationId} cannot become ${state}: ${why}.`, {
        next,
        ids: { operationId },
      });
    }
    const stopped: OperationRow = { ...row, state, end_ms: nowMs };
    await updateOperation(tx, stopped);
    return stopped;
  });
}
