import type { Db, Tx } from '../database/port.ts';
import type { Tables } from '../database/tables.ts';

export type SigningKeyRow = Tables['signing_keys'];

/** Newest first. */
export async function readSigningKeys(db: Db): Promise<SigningKeyRow[]> {
  return db.selectFrom('signing_keys').selectAll().orderBy('generation', 'desc').execute();
}

export async function insertSigningKey(tx: Tx, row: SigningKeyRow): Promise<void> {
  await tx.insertInto('signing_keys').values(row).execute();
}

export async function deleteSigningKeys(tx: Tx, upToGeneration: number): Promise<void> {
  await tx.deleteFrom('signing_keys').where('generation', '<=', upToGeneration).execute();
}
