import { ContractError } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import { signInPerson } from '../registry/index.ts';
import type { ProviderIdentity } from '../registry/index.ts';
import { chooseMembership } from './choose-membership.ts';
import { hashPart } from './refresh-tokens.ts';
import { newCode } from './sign-in-codes.ts';
import { lockSignIn, updateSignIn } from './sign-in-store.ts';
import type { SignInRow } from './sign-in-store.ts';
import { handshakeOf } from './start-sign-in.ts';
import type { SignInParts } from './start-sign-in.ts';

/** A code for a Lab is fetched at once. */
const codeLifeMs = 60_000;

export type Finished =
  | { kind: 'device'; owner: string; vo: string; ownerGroup: string }
  | { kind: 'browser'; redirectUri: string; clientState: string; code: string }
  | {
      kind: 'browser';
      redirectUri: string;
      clientState: string;
      error: 'access_denied' | 'temporarily_unavailable' | 'server_error';
      refusal: string;
    };

/**
 * Back from the provider. The state serves once and in the browser that was sent: a link with somebody else's state signs nobody in, and a
 * second use finds nothing. A device's refusal is thrown, for the page; a Lab's goes back to it.
 */
export async function finishSignIn(parts: SignInParts, query: URLSearchParams, browser: string | undefined): Promise<Finished> {
  const { database, providers, secret } = parts;
  const state = query.get('state') ?? '';
  const row = await takeByState(database, state, browser);
  let admitted: Admitted;
  try {
    const identity = await providers.identify(row.provider ?? '', query, handshakeOf(secret, state));
    admitted = await admit(database, identity, row);
  } catch (error) {
    return refuse(database, row, error);
  }
  const code = newCode();
  await database.transaction((tx, nowMs) =>
    updateSignIn(tx, row.sign_in_id, {
      step: 'admitted', person_id: admitted.personId, vo: admitted.vo, owner_group: admitted.ownerGroup,
      ...(row.kind === 'browser' ? { code_hash: hashPart(code), code_expires_ms: nowMs + codeLifeMs } : {}),
    }),
  ); // prettier-ignore
  if (row.kind === 'device') return { kind: 'device', owner: admitted.owner, vo: admitted.vo, ownerGroup: admitted.ownerGroup };
  return { kind: 'browser', redirectUri: row.redirect_uri ?? '', clientState: row.client_state ?? '', code };
}

async function takeByState(database: Database, state: string, browser: string | undefined): Promise<SignInRow> {
  const row = await database.transaction(async (tx, nowMs) => {
    const found = await lockSignIn(tx, 'state_hash', hashPart(state), nowMs);
    // Another browser's try leaves it to the one that began.
    if (found?.step !== 'sent' || browser === undefined || found.browser_hash !== hashPart(browser)) return undefined;
    await updateSignIn(tx, found.sign_in_id, { state_hash: null });
    return found;
  });
  if (row !== undefined) return row;
  throw new ContractError('SignInExpired', 'This sign-in did not begin in this browser, took too long, or is over already.', {
    next: 'Begin again, and stay in one browser until the end.',
  });
}

interface Admitted {
  personId: number;
  owner: string;
  vo: string;
  ownerGroup: string;
}

async function admit(database: Database, identity: ProviderIdentity, row: SignInRow): Promise<Admitted> {
  const { personId, owner, memberships } = await signInPerson(database, identity);
  const chosen = chooseMembership(memberships, { vo: row.wished_vo, ownerGroup: row.wished_group });
  if (chosen !== undefined) return { personId, owner, vo: chosen.vo, ownerGroup: chosen.ownerGroup };
  const wished = [row.wished_vo, row.wished_group].filter((word) => word !== null).join('/');
  throw new ContractError('SignInRefused', wished === '' ? 'No community here admits you.' : `You are not a member of ${wished} here.`, {
    next: 'Sign in without naming a VO or group, or ask the manager of the VO.',
  });
}

async function refuse(database: Database, row: SignInRow, error: unknown): Promise<Finished> {
  const known = error instanceof ContractError ? error : undefined;
  const refusal = known === undefined ? 'The server made a mistake.' : [known.message, known.next].filter(Boolean).join(' ');
  await database.transaction((tx) => updateSignIn(tx, row.sign_in_id, { step: 'refused', refusal }));
  if (known === undefined || row.kind === 'device') throw error;
  const why = known.code === 'NotReady' ? 'temporarily_unavailable' : known.status >= 500 ? 'server_error' : 'access_denied';
  return { kind: 'browser', redirectUri: row.redirect_uri ?? '', clientState: row.client_state ?? '', error: why, refusal };
}
