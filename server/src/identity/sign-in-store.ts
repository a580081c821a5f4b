import type { Db, Tx } from '../database/port.ts';
import { lockRows } from '../database/port.ts';
import type { SignInsTable } from '../database/tables.ts';

export type SignInRow = SignInsTable;
/** Each names one sign-in to one kind of asker; the database knows hashes. */
export type SignInKey = 'device_code_hash' | 'user_code_hash' | 'state_hash' | 'code_hash';

const empty = {
  provider: null, wished_vo: null, wished_group: null, device_code_hash: null, user_code_hash: null, last_poll_ms: null, redirect_uri: null,
  client_state: null, code_challenge: null, state_hash: null, browser_hash: null, code_hash: null, code_expires_ms: null, refusal: null,
  person_id: null, vo: null, owner_group: null, family_id: null,
} as const; // prettier-ignore

type Needed = 'sign_in_id' | 'kind' | 'step' | 'asked_from' | 'interval_s' | 'created_ms' | 'expires_ms';

export async function insertSignIn(tx: Tx, row: Pick<SignInRow, Needed> & Partial<SignInRow>): Promise<void> {
  await tx
    .insertInto('sign_ins')
    .values({ ...empty, ...row })
    .execute();
}

/** Expired ones are not there any more, whether the cleaning has come by or not. */
export async function lockSignIn(tx: Tx, key: SignInKey, hash: string, nowMs: number): Promise<SignInRow | undefined> {
  return tx
    .selectFrom('sign_ins')
    .selectAll()
    .where(key, '=', hash)
    .where('expires_ms', '>', nowMs)
    .modifyEnd(lockRows(tx))
    .executeTakeFirst();
}

export async function readSignIn(db: Db, key: SignInKey, hash: string, nowMs: number): Promise<SignInRow | undefined> {
  return db.selectFrom('sign_ins').selectAll().where(key, '=', hash).where('expires_ms', '>', nowMs).executeTakeFirst();
}

export async function updateSignIn(tx: Tx, signInId: string, change: Partial<SignInRow>): Promise<void> {
  await tx.updateTable('sign_ins').set(change).where('sign_in_id', '=', signInId).execute();
}
