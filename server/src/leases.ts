import { randomUUID } from 'node:crypto';
import type { Database } from './database/port.ts';

/** A lease outlives this many of its agent's passes, so that a busy server does not lose it between two. */
const passesKept = 3;
const shortestMs = 15_000;

/**
 * Which of several servers does an agent's work now: one that holds the lease, renewed by every pass. When a server dies its leases end by
 * themselves. Only against doing things twice for nothing: every agent's own transactions are safe beside another's.
 */
export function createLeases(database: Database): (agent: string, everyMs: number) => Promise<boolean> {
  const holder = randomUUID();
  return (agent, everyMs) =>
    database.transaction(async (tx, nowMs) => {
      const until_ms = nowMs + Math.max(shortestMs, passesKept * everyMs);
      const held = await tx
        .insertInto('agent_leases')
        .values({ agent, holder, until_ms })
        .onConflict((c) =>
          c
            .column('agent')
            .doUpdateSet({ holder, until_ms })
            .where(({ or, eb }) => or([eb('agent_leases.holder', '=', holder), eb('agent_leases.until_ms', '<', nowMs)])),
        )
        .returning('agent')
        .executeTakeFirst();
      return held !== undefined;
    });
}

/** What keeps this service apart from others on one Redis. */
export async function readServiceName(database: Database): Promise<string> {
  const { name } = await database.read.selectFrom('service_name').select('name').executeTakeFirstOrThrow();
  return `diraclab:${name}`;
}
