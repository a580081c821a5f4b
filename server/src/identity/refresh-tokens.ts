import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FamilyRow } from './token-family-store.ts';

/** A sign-in that is not used for this long has ended. */
export const refreshIdleMs = 7 * 86_400_000;
/** However often it was renewed: then the provider is asked again, who may have taken somebody out of a group. */
export const familyLifeMs = 30 * 86_400_000;

const prefix = 'dlr_';
const handleBytes = 16;
const secretBytes = 32;

/**
 * `dlr_` + handle + secret. The handle stays as long as the family and is in no other token; the secret changes at every use. So a known handle
 * with another secret is an older token used again, and one row a family is enough to see it.
 */
export interface RefreshToken {
  handle: string;
  secret: string;
}

export const newHandle = (): string => randomBytes(handleBytes).toString('base64url');
export const newRefreshSecret = (): string => randomBytes(secretBytes).toString('base64url');
export const hashPart = (part: string): string => createHash('sha256').update(part).digest('hex');
export const writeRefreshToken = ({ handle, secret }: RefreshToken): string => `${prefix}${handle}${secret}`;

export function readRefreshToken(text: string): RefreshToken | undefined {
  const [, handle, secret] = /^dlr_([A-Za-z0-9_-]{22})([A-Za-z0-9_-]{43})$/.exec(text) ?? [];
  return handle === undefined || secret === undefined ? undefined : { handle, secret };
}

export type RefreshVerdict = 'renew' | 'reused' | 'ended';

/** What becomes of a refresh token whose family this is. Reuse counts after the end, too: a thief's copy must not look merely old. */
export function judgeRefresh(
  family: Pick<FamilyRow, 'refresh_hash' | 'refresh_expires_ms' | 'ends_ms' | 'revoked_ms'>,
  secret: string,
  nowMs: number,
): RefreshVerdict {
  const given = Buffer.from(hashPart(secret), 'hex');
  if (!timingSafeEqual(given, Buffer.from(family.refresh_hash, 'hex'))) return family.revoked_ms === null ? 'reused' : 'ended';
  return family.revoked_ms === null && nowMs < family.refresh_expires_ms && nowMs < family.ends_ms ? 'renew' : 'ended';
}
