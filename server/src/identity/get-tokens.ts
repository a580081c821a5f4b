import type { TokenRequest, TokenSet } from '@diraclab/contract';
import type { Database, Tx } from '../database/port.ts';
import { accessTokenLifeS } from './access-tokens.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { Granted } from './open-family.ts';
import { redeemAuthorizationCode, redeemDeviceCode } from './redeem-code.ts';
import { renewFamily } from './renew-family.ts';
import type { Revocations } from './revocations.ts';

export interface TokenParts {
  database: Database;
  accessTokens: AccessTokens;
  revocations: Revocations;
}

export async function getTokens(parts: TokenParts, request: TokenRequest): Promise<TokenSet> {
  const granted = await parts.database.transaction((tx, nowMs) => decide(tx, request, nowMs));
  if ('failure' in granted) {
    if (granted.revoked !== undefined) parts.revocations.add(granted.revoked);
    throw granted.failure;
  }
  const { personId, owner, vo, ownerGroup, familyId, refreshToken, refreshExpiresMs, nowMs } = granted;
  return {
    accessToken: await parts.accessTokens.issue({ personId, owner, vo, ownerGroup, familyId }),
    accessExpiresInS: accessTokenLifeS,
    refreshToken,
    refreshExpiresInS: Math.floor((refreshExpiresMs - nowMs) / 1000),
    owner,
    vo,
    ownerGroup,
  };
}

function decide(tx: Tx, request: TokenRequest, nowMs: number): Promise<Granted> {
  switch (request.grantType) {
    case 'deviceCode':
      return redeemDeviceCode(tx, request, nowMs);
    case 'authorizationCode':
      return redeemAuthorizationCode(tx, request, nowMs);
    case 'refreshToken':
      return renewFamily(tx, request, nowMs);
  }
}
