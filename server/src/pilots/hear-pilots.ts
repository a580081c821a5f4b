import type { Database } from '../database/port.ts';
import { groupCommit } from '../group-commit.ts';
import { livePilotStatuses } from './pilot-store.ts';

/** A pilot speaks every 20 s or so; that it lives is written this often, many in one commit. */
const writeEveryMs = 60_000;
/** Pilots remembered as written a moment ago; forgetting them costs a write each. */
const mostRemembered = 100_000;

/** Writes that pilots were heard, so that any server can see which are silent. */
export function createHearing(database: Database): { heard(pilotId: number): void; forget(pilotId: number): void } {
  const writtenMs = new Map<number, number>();
  const write = groupCommit<number, void>(database, async (tx, pilotIds, nowMs) => {
    await tx
      .updateTable('pilots')
      .set({ last_update_ms: nowMs })
      .where('pilot_id', 'in', [...new Set(pilotIds)])
      .where('status', 'in', livePilotStatuses)
      .execute();
    return pilotIds.map(() => undefined);
  });
  return {
    heard(pilotId) {
      const nowMs = performance.now();
      if (nowMs - (writtenMs.get(pilotId) ?? -Infinity) < writeEveryMs) return;
      if (writtenMs.size >= mostRemembered) writtenMs.clear();
      writtenMs.set(pilotId, nowMs);
      // Nobody waits for it; what failed is written when the pilot speaks next.
      write(pilotId).catch(() => writtenMs.delete(pilotId));
    },
    forget: (pilotId) => void writtenMs.delete(pilotId),
  };
}
