import type { ContractError } from '@diraclab/contract';
import { randomUUID } from 'node:crypto';
import { audit } from '../audit/audit.ts';
import type { Tx } from '../database/port.ts';
import { familyLifeMs, hashPart, newHandle, newRefreshSecret, refreshIdleMs, writeRefreshToken } from './refresh-tokens.ts';
import { insertFamily } from './token-family-store.ts';

/** What a transaction decided: tokens to be made, or a failure to be told after what it changed is committed, as a family that was revoked. */
export interface NewTokens {
  personId: number;
  owner: string;
  vo: string;
  ownerGroup: string;
  familyId: string;
  refreshToken: string;
  refreshExpiresMs: number;
  nowMs: number;
}

export type Granted = NewTokens | { failure: ContractError; revoked?: string | undefined };

/** The first tokens of a sign-in. */
export async function openFamily(
  tx: Tx,
  holder: { personId: number; owner: string; vo: string; ownerGroup: string; provider: string },
  nowMs: number,
): Promise<NewTokens> {
  const token = { handle: newHandle(), secret: newRefreshSecret() };
  const familyId = randomUUID();
  const refreshExpiresMs = nowMs + refreshIdleMs;
  await insertFamily(tx, {
    family_id: familyId, person_id: holder.personId, owner: holder.owner, provider: holder.provider, vo: holder.vo, owner_group: holder.ownerGroup,
    refresh_handle_hash: hashPart(token.handle), refresh_hash: hashPart(token.secret), created_ms: nowMs, last_used_ms: nowMs,
    refresh_expires_ms: refreshExpiresMs, ends_ms: nowMs + familyLifeMs, revoked_ms: null, revoked_why: null,
  }); // prettier-ignore
  const { personId, owner, vo, ownerGroup } = holder;
  const actor = { owner, vo, ownerGroup, personId, tokenId: familyId };
  await audit(tx, [{ act: 'signIn', actor, n: 1, detail: `with ${holder.provider}` }], nowMs);
  return { personId, owner, vo, ownerGroup, familyId, refreshToken: writeRefreshToken(token), refreshExpiresMs, nowMs };
}
