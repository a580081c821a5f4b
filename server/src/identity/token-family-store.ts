import type { Db, Tx } from '../database/port.ts';
import { affectedRows, lockRows } from '../database/port.ts';
import type { TokenFamiliesTable } from '../database/tables.ts';

export type FamilyRow = TokenFamiliesTable;

export async function insertFamily(tx: Tx, row: FamilyRow): Promise<void> {
  await tx.insertInto('token_families').values(row).execute();
}

export async function lockFamilyByHandle(tx: Tx, handleHash: string): Promise<FamilyRow | undefined> {
  return tx
    .selectFrom('token_families')
    .selectAll()
    .where('refresh_handle_hash', '=', handleHash)
    .modifyEnd(lockRows(tx))
    .executeTakeFirst();
}

export async function updateFamily(
  tx: Tx,
  familyId: string,
  change: Pick<FamilyRow, 'refresh_hash' | 'refresh_expires_ms' | 'last_used_ms' | 'vo' | 'owner_group'>,
): Promise<void> {
  await tx.updateTable('token_families').set(change).where('family_id', '=', familyId).execute();
}

/** False when it was revoked before, or is not there. */
export async function revokeFamily(tx: Tx, familyId: string, why: string, nowMs: number): Promise<boolean> {
  const result = await tx
    .updateTable('token_families')
    .set({ revoked_ms: nowMs, revoked_why: why })
    .where('family_id', '=', familyId)
    .where('revoked_ms', 'is', null)
    .executeTakeFirst();
  return affectedRows(result) > 0;
}

export async function readFamily(db: Db, familyId: string): Promise<FamilyRow | undefined> {
  return db.selectFrom('token_families').selectAll().where('family_id', '=', familyId).executeTakeFirst();
}

/** Families and personal tokens that were revoked since; both have ids that are nobody else's. */
export async function readRevokedSince(db: Db, sinceMs: number): Promise<string[]> {
  const [families, tokens] = await Promise.all([
    db.selectFrom('token_families').select('family_id as id').where('revoked_ms', '>=', sinceMs).execute(),
    db.selectFrom('personal_tokens').select('token_id as id').where('revoked_ms', '>=', sinceMs).execute(),
  ]);
  return [...families, ...tokens].map(({ id }) => id);
}
