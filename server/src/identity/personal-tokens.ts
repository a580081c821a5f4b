import { ContractError } from '@diraclab/contract';
import type { PersonalToken, Scope } from '@diraclab/contract';
import { randomBytes, randomUUID } from 'node:crypto';
import { audit } from '../audit/audit.ts';
import type { Database } from '../database/port.ts';
import type { Caller } from './caller.ts';
import { insertPersonalToken, readPersonalTokens, setPersonalTokenRevoked } from './personal-token-store.ts';
import type { PersonalTokenRow } from './personal-token-store.ts';
import { hashToken } from './pilot-tokens.ts';

export const personalTokenPrefix = 'dlp_';
/** More than anybody can look after. */
const mostTokens = 100;

/** The token in clear text leaves this function once and is nowhere kept. */
export async function createPersonalToken(
  database: Database,
  { name, scopes, expiresInS }: { name: string; scopes: readonly Scope[]; expiresInS: number },
  caller: Caller,
): Promise<PersonalToken & { token: string }> {
  const personId = personOf(caller);
  const token = `${personalTokenPrefix}${randomBytes(32).toString('base64url')}`;
  const row = await database.transaction(async (tx, nowMs) => {
    if ((await readPersonalTokens(tx, personId, nowMs)).length >= mostTokens)
      throw new ContractError('TooLarge', `You have ${mostTokens} personal tokens already.`, { next: 'Revoke those that you do not use.' });
    const made: PersonalTokenRow = {
      token_id: randomUUID(), token_hash: hashToken(token), person_id: personId, vo: caller.vo, owner_group: caller.ownerGroup, name,
      scopes: [...new Set(scopes)].join(' '), created_ms: nowMs, expires_ms: nowMs + expiresInS * 1000, revoked_ms: null,
    }; // prettier-ignore
    await insertPersonalToken(tx, made);
    await audit(tx, [{ act: 'token', actor: caller, n: 1, detail: `made personal token ${made.token_id} for ${made.scopes}` }], nowMs);
    return made;
  });
  return { ...toPersonalToken(row), token };
}

export async function listPersonalTokens(database: Database, caller: Caller): Promise<PersonalToken[]> {
  const rows = await readPersonalTokens(database.read, personOf(caller), await database.nowMs());
  return rows.map(toPersonalToken);
}

export async function revokePersonalToken(database: Database, tokenId: string, caller: Caller): Promise<void> {
  const revoked = await database.transaction(async (tx, nowMs) => {
    if (!(await setPersonalTokenRevoked(tx, personOf(caller), tokenId, nowMs))) return false;
    await audit(tx, [{ act: 'token', actor: caller, n: 1, detail: `revoked personal token ${tokenId}` }], nowMs);
    return true;
  });
  if (!revoked) throw new ContractError('NotFound', `You have no personal token ${tokenId}.`, { ids: { tokenId } });
}

function personOf({ personId }: Caller): number {
  if (personId === undefined) throw new Error('A caller without a person came to the personal tokens.');
  return personId;
}

function toPersonalToken(row: PersonalTokenRow): PersonalToken {
  return {
    tokenId: row.token_id,
    name: row.name,
    scopes: row.scopes.split(' ') as Scope[],
    vo: row.vo,
    ownerGroup: row.owner_group,
    createdTime: new Date(row.created_ms).toISOString(),
    expiresTime: new Date(row.expires_ms).toISOString(),
  };
}
