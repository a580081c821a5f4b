import { ContractError } from '@diraclab/contract';
import type { Tx } from '../database/port.ts';
import { readMembership } from '../registry/index.ts';
import { openFamily } from './open-family.ts';
import type { Granted } from './open-family.ts';
import { hashPart } from './refresh-tokens.ts';
import { challengeOf } from './sign-in-codes.ts';
import { lockSignIn, updateSignIn } from './sign-in-store.ts';
import type { SignInRow } from './sign-in-store.ts';
import { pollIntervalS } from './start-sign-in.ts';
import { endFamily } from './end-family.ts';
import { readFamily } from './token-family-store.ts';

/** A terminal's clock is not ours. */
const pollToleranceMs = 500;

export async function redeemDeviceCode(tx: Tx, { deviceCode }: { deviceCode: string }, nowMs: number): Promise<Granted> {
  const row = await lockSignIn(tx, 'device_code_hash', hashPart(deviceCode), nowMs);
  if (row === undefined) return { failure: expired('This code has expired, or is none of ours.') };
  switch (row.step) {
    case 'asked':
    case 'sent':
      return stillPending(tx, row, nowMs);
    case 'refused':
      return { failure: new ContractError('SignInRefused', row.refusal ?? 'The sign-in was refused.') };
    case 'redeemed':
      return endWhatItGave(tx, row, nowMs);
    case 'admitted':
      return redeem(tx, row, nowMs);
  }
}

async function stillPending(tx: Tx, row: SignInRow, nowMs: number): Promise<Granted> {
  const tooSoon = row.last_poll_ms !== null && nowMs - row.last_poll_ms < row.interval_s * 1000 - pollToleranceMs;
  const intervalS = row.interval_s + (tooSoon ? pollIntervalS : 0);
  await updateSignIn(tx, row.sign_in_id, { last_poll_ms: nowMs, interval_s: intervalS });
  const more = { next: `Ask again in ${intervalS} seconds.`, ids: { retryAfterS: intervalS } };
  return {
    failure: tooSoon
      ? new ContractError('SlowDown', 'The question came too soon after the last one.', more)
      : new ContractError('SignInPending', 'Nobody has confirmed the code yet.', more),
  };
}

export async function redeemAuthorizationCode(
  tx: Tx,
  { code, codeVerifier, redirectUri }: { code: string; codeVerifier: string; redirectUri: string },
  nowMs: number,
): Promise<Granted> {
  const row = await lockSignIn(tx, 'code_hash', hashPart(code), nowMs);
  if (row === undefined || nowMs >= (row.code_expires_ms ?? 0)) {
    // Late or twice: what an earlier use gave ends in any case.
    return row?.step === 'redeemed' ? endWhatItGave(tx, row, nowMs) : { failure: expired('This code has expired, or is none of ours.') };
  }
  if (row.step !== 'admitted') return endWhatItGave(tx, row, nowMs);
  if (row.redirect_uri !== redirectUri || row.code_challenge !== challengeOf(codeVerifier)) {
    // One try: whoever has the code without the verifier has stolen it.
    await updateSignIn(tx, row.sign_in_id, { step: 'refused', refusal: 'The code was presented with a wrong verifier or address.' });
    return { failure: expired('This code belongs to another verifier or address, and serves no more.') };
  }
  return redeem(tx, row, nowMs);
}

async function redeem(tx: Tx, row: SignInRow, nowMs: number): Promise<Granted> {
  const { person_id: personId, vo, owner_group: ownerGroup, provider } = row;
  const membership =
    personId === null || vo === null || ownerGroup === null ? undefined : await readMembership(tx, personId, vo, ownerGroup);
  if (membership === undefined || personId === null || vo === null || ownerGroup === null)
    return { failure: new ContractError('SignInRefused', 'You may not act for this group here any more.', { next: 'Sign in again.' }) };
  const granted = await openFamily(tx, { personId, owner: membership.owner, vo, ownerGroup, provider: provider ?? '' }, nowMs);
  await updateSignIn(tx, row.sign_in_id, { step: 'redeemed', family_id: granted.familyId });
  return granted;
}

/** A code serves once. Used again, somebody has a copy, and nobody can say who was first (RFC 6749, 4.1.2). */
async function endWhatItGave(tx: Tx, { family_id: familyId }: SignInRow, nowMs: number): Promise<Granted> {
  const family = familyId === null ? undefined : await readFamily(tx, familyId);
  if (family !== undefined) await endFamily(tx, family, 'token', 'a code was used twice', nowMs);
  const failure = expired('This code was used before, so the sign-in that came of it has ended.');
  return { failure, ...(familyId === null ? {} : { revoked: familyId }) };
}

const expired = (detail: string): ContractError => new ContractError('SignInExpired', detail, { next: 'Sign in again.' });
