import * as contract from '@diraclab/contract';
import { ContractError } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { Doors } from '../http/answer.ts';
import { actsOnJobs, readsJobs } from '../identity/policies.ts';
import { listOperations, readOperation, readResults, toOperation } from './operation-store.ts';
import type { OperationRow } from './operation-store.ts';
import { startOperation } from './start-operation.ts';
import { cancelOperation, undoOperation } from './stop-operation.ts';

export interface OperationDoorParts {
  database: Database;
  operationChanged: (operationId: number) => void;
  /** Begins what is due now, and not at the next look. */
  carryOn: () => void;
}

export function operationDoors(doors: Doors, { database, operationChanged, carryOn }: OperationDoorParts): void {
  const db = database.read;
  const told = (row: OperationRow): contract.BulkOperation => {
    operationChanged(row.operation_id);
    return toOperation(row);
  };

  doors.answer(contract.startOperation, {
    may: actsOnJobs,
    does: async ({ body }, caller) => {
      const row = await startOperation(database, body, caller);
      carryOn();
      return toOperation(row);
    },
  });
  doors.answer(contract.listOperations, {
    may: readsJobs,
    does: async ({ query }, caller) => ({ operations: (await listOperations(db, query.limit ?? 20, caller)).map(toOperation) }),
  });
  doors.answer(contract.getOperation, {
    may: readsJobs,
    does: async ({ params }, caller) => toOperation(await readOperation(db, params.operationId, caller)),
  });
  doors.answer(contract.undoOperation, {
    may: actsOnJobs,
    does: async ({ params }, caller) => told(await undoOperation(database, params.operationId, caller)),
  });
  doors.answer(contract.cancelOperation, {
    may: actsOnJobs,
    does: async ({ params }, caller) => told(await cancelOperation(database, params.operationId, caller)),
  });
  doors.answer(contract.getOperationResults, {
    may: readsJobs,
    does: async ({ params, query }, caller) => {
      const row = await readOperation(db, params.operationId, caller);
      const limit = query.limit ?? 100;
      const results = await readResults(db, row, { refusedOnly: query.refused === 'true', after: readCursor(query.after), limit });
      return { results, next: results.length === limit ? String(results.at(-1)?.jobId) : null };
    },
  });
}

/** The number of the last job of the page before. */
function readCursor(after: string | undefined): number {
  if (after === undefined) return 0;
  if (/^\d{1,15}$/.test(after)) return Number(after);
  throw new ContractError('BadRequest', 'The cursor does not belong to these results.', {
    next: 'Ask for the first page again, without "after".',
  });
}
