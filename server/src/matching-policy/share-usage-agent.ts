import type { Database } from '../database/port.ts';
import type { MeasuredUse } from './policy.ts';
import { addUse, forgetOldUse, measureUse } from './share-usage-store.ts';
import type { Use } from './share-usage-store.ts';

export interface UseMeter {
  /** After a commit: what the jobs of each group used by it. */
  note(used: readonly Use[]): void;
  /** Writes what came together. */
  flush(): Promise<void>;
}

/**
 * What groups use comes together here and is written every few seconds: on the path of a match or a report it would cost a statement, and
 * a row that all servers lock. A server that ends loses some seconds of a measure that looks back for hours.
 */
export function createUseMeter(database: Database): UseMeter {
  let sums = new Map<string, Use>();
  const note = (used: readonly Use[]): void => {
    for (const { vo, ownerGroup, jobs, cpuTimeS } of used) {
      const name = JSON.stringify([vo, ownerGroup]);
      const sum = sums.get(name) ?? { vo, ownerGroup, jobs: 0, cpuTimeS: 0 };
      sums.set(name, { ...sum, jobs: sum.jobs + jobs, cpuTimeS: sum.cpuTimeS + cpuTimeS });
    }
  };
  return {
    note,
    async flush() {
      if (sums.size === 0) return;
      const taken = [...sums.values()];
      sums = new Map();
      await database
        .transaction((tx, nowMs) => addUse(tx, taken, nowMs))
        .catch((error: unknown) => {
          note(taken);
          throw error;
        });
    },
  };
}

/** What the correctors of the policy in force look at, measured anew. */
export async function measureAll(database: Database, correctors: readonly MeasuredUse['corrector'][]): Promise<MeasuredUse[]> {
  if (correctors.length === 0) return [];
  const nowMs = await database.nowMs();
  return Promise.all(correctors.map((corrector) => measureUse(database.read, corrector, nowMs)));
}

export function createShareUsageAgent(database: Database, meter: UseMeter, remeasure: () => Promise<unknown>): () => Promise<void> {
  let passes = 0;
  return async () => {
    await meter.flush();
    await remeasure();
    passes += 1;
    if (passes % 1000 === 1) await database.transaction((tx, nowMs) => forgetOldUse(tx, nowMs));
  };
}
