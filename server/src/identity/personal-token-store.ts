import type { Db, Tx } from '../database/port.ts';
import { affectedRows } from '../database/port.ts';
import type { PersonalTokensTable } from '../database/tables.ts';

export type PersonalTokenRow = PersonalTokensTable;

export async function insertPersonalToken(tx: Tx, row: PersonalTokenRow): Promise<void> {
  await tx.insertInto('personal_tokens').values(row).execute();
}

export async function findPersonalToken(db: Db, tokenHash: string): Promise<PersonalTokenRow | undefined> {
  return db.selectFrom('personal_tokens').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst();
}

/** Those that still hold, newest first. */
export async function readPersonalTokens(db: Db, personId: number, nowMs: number): Promise<PersonalTokenRow[]> {
  return db
    .selectFrom('personal_tokens')
    .selectAll()
    .where('person_id', '=', personId)
    .where('revoked_ms', 'is', null)
    .where('expires_ms', '>', nowMs)
    .orderBy('created_ms', 'desc')
    .orderBy('token_id')
    .execute();
}

/** False where it is not there, was revoked before, or is another's: they answer alike. */
export async function setPersonalTokenRevoked(tx: Tx, personId: number, tokenId: string, nowMs: number): Promise<boolean> {
  const result = await tx
    .updateTable('personal_tokens')
    .set({ revoked_ms: nowMs })
    .where('token_id', '=', tokenId)
    .where('person_id', '=', personId)
    .where('revoked_ms', 'is', null)
    .executeTakeFirst();
  return affectedRows(result) > 0;
}
