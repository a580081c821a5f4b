import type { Database } from '../database/port.ts';
import { hashPart, readRefreshToken } from './refresh-tokens.ts';
import type { Revocations } from './revocations.ts';
import { endFamily } from './end-family.ts';
import { lockFamilyByHandle } from './token-family-store.ts';

/** Ends a sign-in by any refresh token it ever had. A token that is not known is signed out already: the answer is the same. */
export async function signOut(database: Database, revocations: Revocations, refreshToken: string): Promise<void> {
  const token = readRefreshToken(refreshToken);
  if (token === undefined) return;
  const familyId = await database.transaction(async (tx, nowMs) => {
    const family = await lockFamilyByHandle(tx, hashPart(token.handle));
    if (family !== undefined) await endFamily(tx, family, 'signOut', 'signed out', nowMs);
    return family?.family_id;
  });
  if (familyId !== undefined) revocations.add(familyId);
}
