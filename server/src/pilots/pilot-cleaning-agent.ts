import { sql } from 'kysely';
import type { Database } from '../database/port.ts';
import type { Applied } from '../jobs/apply-drafts.ts';
import { createListening } from '../listening.ts';
import { losePilot } from './lose-pilot.ts';

/**
 * Jobs of a silent pilot are given to others after 150 s; the pilot itself may be in a node's long outage. After this it is given up, and its
 * token with it.
 */
export const silentPilotMs = 30 * 60_000;
/** Passes come every minute. */
const awayAfterMs = 3 * 60_000;
/** What is left is the next pass's. */
const mostPilots = 100;

/** Gives up pilots that said they run and were not heard since. `gone` hears of each. */
export function createPilotCleaningAgent(
  database: Database,
  gone: (applied: Applied, pilotId: number) => Promise<void>,
): () => Promise<void> {
  const listening = createListening(awayAfterMs);
  return async () => {
    const nowMs = await database.nowMs();
    if (nowMs - listening.since(nowMs) >= silentPilotMs) {
      for (const pilotId of await findSilent(database, nowMs - silentPilotMs)) {
        const { applied } = await losePilot(database, pilotId, { status: 'Aborted', why: 'Pilot silent' });
        await gone(applied, pilotId);
      }
    }
    listening.passed(await database.nowMs());
  };
}

async function findSilent({ read }: Database, beforeMs: number): Promise<number[]> {
  const rows = await read
    .selectFrom('pilots')
    .select('pilot_id')
    // The literal matters: a bound value would not be seen to imply the partial index.
    .where(sql<boolean>`status = 'Running'`)
    .where('last_update_ms', '<', beforeMs)
    .orderBy('last_update_ms')
    .limit(mostPilots)
    .execute();
  return rows.map(({ pilot_id }) => pilot_id);
}
