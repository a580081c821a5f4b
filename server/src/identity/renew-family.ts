import { ContractError } from '@diraclab/contract';
import { audit } from '../audit/audit.ts';
import type { Tx } from '../database/port.ts';
import { readMembership } from '../registry/index.ts';
import type { Granted } from './open-family.ts';
import { hashPart, judgeRefresh, newRefreshSecret, readRefreshToken, refreshIdleMs, writeRefreshToken } from './refresh-tokens.ts';
import { endFamily } from './end-family.ts';
import { lockFamilyByHandle, updateFamily } from './token-family-store.ts';
import type { FamilyRow } from './token-family-store.ts';

/**
 * New tokens for a refresh token, also for another VO and group. Used a second time it ends the whole sign-in: the server cannot know which of
 * the two is the thief. There is no grace for a lost answer: a client locks its session file instead, and signs in again at worst.
 */
export async function renewFamily(
  tx: Tx,
  request: { refreshToken: string; vo?: string | undefined; ownerGroup?: string | undefined },
  nowMs: number,
): Promise<Granted> {
  const token = readRefreshToken(request.refreshToken);
  const family = token && (await lockFamilyByHandle(tx, hashPart(token.handle)));
  if (token === undefined || family === undefined) return { failure: ended() };
  const verdict = judgeRefresh(family, token.secret, nowMs);
  if (verdict === 'ended') return { failure: ended() };
  if (verdict === 'reused') {
    await endFamily(tx, family, 'token', 'a refresh token was used twice', nowMs);
    return { failure: reused(), revoked: family.family_id };
  }
  const wish = { vo: request.vo ?? family.vo, ownerGroup: request.ownerGroup ?? family.owner_group };
  const membership = await readMembership(tx, family.person_id, wish.vo, wish.ownerGroup);
  // The token has not been used then: the person may choose another group with it.
  if (membership === undefined) return { failure: notAMember(wish) };
  return rotate(tx, family, token.handle, { ...wish, owner: membership.owner }, nowMs);
}

async function rotate(
  tx: Tx,
  family: FamilyRow,
  handle: string,
  { owner, vo, ownerGroup }: { owner: string; vo: string; ownerGroup: string },
  nowMs: number,
): Promise<Granted> {
  const secret = newRefreshSecret();
  const refreshExpiresMs = Math.min(nowMs + refreshIdleMs, family.ends_ms);
  await updateFamily(tx, family.family_id, {
    refresh_hash: hashPart(secret), refresh_expires_ms: refreshExpiresMs, last_used_ms: nowMs, vo, owner_group: ownerGroup,
  }); // prettier-ignore
  if (vo !== family.vo || ownerGroup !== family.owner_group) {
    const actor = { owner, vo, ownerGroup, personId: family.person_id, tokenId: family.family_id };
    await audit(tx, [{ act: 'token', actor, n: 1, detail: `changed from ${family.vo}/${family.owner_group}` }], nowMs);
  }
  const refreshToken = writeRefreshToken({ handle, secret });
  return { personId: family.person_id, owner, vo, ownerGroup, familyId: family.family_id, refreshToken, refreshExpiresMs, nowMs };
}

const ended = (): ContractError => new ContractError('SignInExpired', 'This sign-in has ended.', { next: 'Sign in again.' });

const reused = (): ContractError =>
  new ContractError('SignInExpired', 'This refresh token was used before. Somebody else may have a copy, so the whole sign-in has ended.', {
    next: 'Sign in again. Where you did not use it twice yourself, see who could read your session file.',
  });

const notAMember = ({ vo, ownerGroup }: { vo: string; ownerGroup: string }): ContractError =>
  new ContractError('SignInRefused', `You may not act for ${vo}/${ownerGroup} here, or not any more.`, {
    next: 'Choose another group, or ask the manager of the VO.',
  });
