import { errors, jwtVerify, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import type { SigningKeys } from './signing-keys.ts';

export const accessTokenLifeS = 20 * 60;
/** Two servers' clocks may differ by this; ours are checked against our own clock, not the database's: a token knows no other. */
export const clockSkewS = 30;

/** What an access token says. Rights are not in it: they are read from the registry, so that they end when they are taken. */
export interface AccessClaims {
  personId: number;
  owner: string;
  vo: string;
  ownerGroup: string;
  familyId: string;
}

export interface CheckedToken extends AccessClaims {
  tokenId: string;
  expiresMs: number;
}

/** Tokens for one door (audience) of one service. Another door gets an audience of its own, and neither takes the other's. */
export interface AccessTokens {
  issue(claims: AccessClaims): Promise<string>;
  /** Undefined for everything that is not a token of ours, for this audience, in its time. */
  check(token: string): Promise<CheckedToken | undefined>;
}

export function createAccessTokens(keys: SigningKeys, issuer: string, audience: string): AccessTokens {
  return {
    async issue({ personId, owner, vo, ownerGroup, familyId }) {
      const { kid, key } = keys.signing();
      return new SignJWT({ owner, vo, ownerGroup, familyId })
        .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(String(personId))
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime(`${accessTokenLifeS} s`)
        .sign(key);
    },
    async check(token) {
      try {
        const { payload } = await jwtVerify(token, ({ kid }) => keyOf(keys, kid), {
          algorithms: ['EdDSA'],
          typ: 'at+jwt',
          issuer,
          audience,
          clockTolerance: clockSkewS,
          requiredClaims: ['sub', 'jti', 'exp', 'iat'],
        });
        return toChecked(payload);
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}

async function keyOf(keys: SigningKeys, kid: string | undefined) {
  const key = kid === undefined ? undefined : await keys.checking(kid);
  if (key === undefined) throw new errors.JWKSNoMatchingKey();
  return key;
}

function toChecked(payload: Record<string, unknown>): CheckedToken | undefined {
  const { sub, jti, exp, owner, vo, ownerGroup, familyId } = payload;
  const texts = [sub, jti, owner, vo, ownerGroup, familyId];
  if (!texts.every((text) => typeof text === 'string') || typeof exp !== 'number') return undefined;
  const [personId, tokenId, ...rest] = texts as [string, string, string, string, string, string];
  return {
    personId: Number(personId), tokenId, owner: rest[0], vo: rest[1], ownerGroup: rest[2], familyId: rest[3], expiresMs: exp * 1000,
  }; // prettier-ignore
}
