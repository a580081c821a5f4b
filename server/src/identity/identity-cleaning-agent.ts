import type { Database } from '../database/port.ts';

/** An ended sign-in is kept for a day: a code or refresh token that comes again is then still told from one that never was. */
const keptMs = 86_400_000;

/** Removes sign-ins, families and personal tokens that are over. */
export function createIdentityCleaningAgent(database: Database): () => Promise<void> {
  return () =>
    database.transaction(async (tx, nowMs) => {
      await tx
        .deleteFrom('sign_ins')
        .where('expires_ms', '<', nowMs - keptMs)
        .execute();
      await tx
        .deleteFrom('token_families')
        .where('ends_ms', '<', nowMs - keptMs)
        .execute();
      await tx
        .deleteFrom('personal_tokens')
        .where('expires_ms', '<', nowMs - keptMs)
        .execute();
    });
}
