import type { Database } from '../database/port.ts';
import { removeOldLines } from './audit-store.ts';

const slice = 1_000;
const mostSlices = 50;
/** The longest month: a line is kept a day too long rather than too short. */
const monthMs = 31 * 86_400_000;

/** Removes lines of the audit trail that are older than they must be kept. */
export function createAuditCleaningAgent(database: Database, keptMonths: number): () => Promise<void> {
  return async () => {
    for (let n = 0; n < mostSlices; n += 1) {
      const removed = await database.transaction((tx, nowMs) => removeOldLines(tx, nowMs - keptMonths * monthMs, slice));
      if (removed < slice) return;
    }
  };
}
