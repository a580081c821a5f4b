import type { Database } from '../database/port.ts';
import { readRegistryVersion } from '../registry/index.ts';
import { readRevokedSince } from './token-family-store.ts';

/** Read this often, by every server: two small statements, however many people work. */
export const revocationsEveryMs = 5_000;
/** Older news than this, and memory is not trusted any more: whoever cannot be checked waits. Revoked is seen within a minute. */
const trustedMs = 45_000;
/** Read again: what was committed late, or by a server whose transaction began earlier. */
const overlapMs = 60_000;
/** Then every access token of a revoked family has expired; a personal token is looked up again after this. */
const keptMs = 25 * 60_000;

/** What is known of tokens that ended before their time, and of changes in the registry. */
export interface Revocations {
  has(id: string): boolean;
  /** At once on this server; the others see it at their next look. */
  add(id: string): void;
  registryVersion(): number;
  /** Looks again; where that fails for too long, `trusted` says no. */
  look(): Promise<void>;
  trusted(): boolean;
}

export function createRevocations(database: Database): Revocations {
  const revoked = new Map<string, number>();
  let version = 0;
  let sinceMs = 0;
  let lookedMs = -Infinity;
  return {
    has: (id) => revoked.has(id),
    add: (id) => void revoked.set(id, performance.now()),
    registryVersion: () => version,
    trusted: () => performance.now() - lookedMs < trustedMs,
    async look() {
      const beganMs = performance.now();
      const nowMs = await database.nowMs();
      if (sinceMs === 0) sinceMs = nowMs - keptMs;
      const [ids, read] = await Promise.all([readRevokedSince(database.read, sinceMs - overlapMs), readRegistryVersion(database.read)]);
      for (const id of ids) if (!revoked.has(id)) revoked.set(id, beganMs);
      for (const [id, knownMs] of revoked) if (beganMs - knownMs > keptMs) revoked.delete(id);
      version = read;
      sinceMs = nowMs;
      lookedMs = beganMs;
    },
  };
}
