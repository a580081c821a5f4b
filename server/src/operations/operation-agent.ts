import type { Database } from '../database/port.ts';
import type { Applied } from '../jobs/apply-drafts.ts';
import { readNextDueMs } from './operation-store.ts';
import { runSlice } from './run-slice.ts';

export interface OperationParts {
  database: Database;
  changed: (applied: Applied) => Promise<void>;
  /** Rings for pilots whose jobs are told something. */
  ring: (pilotIds: Iterable<number>) => void;
  operationChanged: (operationId: number) => void;
}

export interface OperationAgent {
  /** Carries operations on until none is due, also what a server that died has left; one pass at a time, whoever asks. */
  run(): Promise<void>;
  /** Ends after the slice that is under way; what is left goes on at another server, or here after the next start. */
  stop(): Promise<void>;
}

export function createOperationAgent(parts: OperationParts): OperationAgent {
  let pass: Promise<void> | undefined;
  let stopped = false;
  return {
    run() {
      pass ??= carryOn(parts, () => stopped).finally(() => {
        pass = undefined;
      });
      return pass;
    },
    async stop() {
      stopped = true;
      await pass?.catch(() => undefined);
    },
  };
}

/** A slice of each in turn. */
async function carryOn({ database, changed, ring, operationChanged }: OperationParts, isStopped: () => boolean): Promise<void> {
  for (;;) {
    const dueMs = await readNextDueMs(database.read);
    if (isStopped() || dueMs === undefined || dueMs > (await database.nowMs())) return;
    const slice = await database.transaction(runSlice);
    // Due, and locked by another server: it does it.
    if (slice === undefined) return;
    const { operationId, acted } = slice;
    if (acted !== undefined) {
      await changed(acted.applied);
      ring(acted.pilotIds);
    }
    operationChanged(operationId);
  }
}
