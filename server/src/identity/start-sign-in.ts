import { ContractError } from '@diraclab/contract';
import type { AuthorizeQuery } from '@diraclab/contract';
import { randomUUID } from 'node:crypto';
import type { Database, Tx } from '../database/port.ts';
import type { Handshake, Providers } from './providers.ts';
import { hashPart } from './refresh-tokens.ts';
import type { Secret } from './secret-file.ts';
import { newCode, newUserCode, readUserCode } from './sign-in-codes.ts';
import { insertSignIn, lockSignIn, readSignIn, updateSignIn } from './sign-in-store.ts';
import type { SignInRow } from './sign-in-store.ts';

/** From the question of a Lab or a terminal until a person has answered at the provider. */
export const signInLifeS = 600;
/** How often a terminal asks whether it is done. */
export const pollIntervalS = 5;

export interface SignInParts {
  database: Database;
  providers: Providers;
  secret: Secret;
}

/** User codes are few enough to be tried out against a plain hash; without the secret file nobody can. */
export const hashUserCode = (secret: Secret, userCode: string): string => secret.derive(userCode, 'user code');

/** The state goes through the browser; nonce and verifier follow from it and never leave the servers. */
export function handshakeOf(secret: Secret, state: string): Handshake {
  return { state, nonce: secret.derive(state, 'nonce'), verifier: secret.derive(state, 'verifier') };
}

/** A terminal asks: a code for it, and one for a person to confirm. */
export async function startDeviceSignIn(
  { database, secret }: Pick<SignInParts, 'database' | 'secret'>,
  wish: { provider?: string | undefined; vo?: string | undefined; ownerGroup?: string | undefined },
  askedFrom: string,
): Promise<{ deviceCode: string; userCode: string }> {
  const deviceCode = newCode();
  const userCode = newUserCode();
  await database.transaction((tx, nowMs) =>
    insertSignIn(tx, {
      ...newRow('device', 'asked', askedFrom, nowMs), provider: wish.provider ?? null, wished_vo: wish.vo ?? null,
      wished_group: wish.ownerGroup ?? null, device_code_hash: hashPart(deviceCode), user_code_hash: hashUserCode(secret, userCode),
    }),
  ); // prettier-ignore
  return { deviceCode, userCode };
}

const newRow = (kind: SignInRow['kind'], step: SignInRow['step'], askedFrom: string, nowMs: number) => ({
  sign_in_id: randomUUID(),
  kind,
  step,
  asked_from: askedFrom,
  interval_s: pollIntervalS,
  created_ms: nowMs,
  expires_ms: nowMs + signInLifeS * 1000,
});

/** A person said yes to a Lab: the address at the provider. `browser` is the cookie that only this browser has. */
export async function sendFromLab(
  parts: SignInParts,
  query: AuthorizeQuery,
  provider: string,
  browser: string,
  askedFrom: string,
): Promise<string> {
  const state = newCode();
  // First, so that nothing is written while the provider is down.
  const url = await parts.providers.authorizationUrl(provider, handshakeOf(parts.secret, state));
  await parts.database.transaction((tx, nowMs) =>
    insertSignIn(tx, {
      ...newRow('browser', 'sent', askedFrom, nowMs), provider, wished_vo: query.vo ?? null, wished_group: query.ownerGroup ?? null,
      redirect_uri: query.redirectUri, client_state: query.state, code_challenge: query.codeChallenge, state_hash: hashPart(state),
      browser_hash: hashPart(browser),
    }),
  ); // prettier-ignore
  return url;
}

/** A person said yes to a terminal's code. It serves once; again only in the same browser, when the way to the provider failed. */
export async function sendFromDevice(parts: SignInParts, userCode: string, provider: string, browser: string): Promise<string> {
  const state = newCode();
  const url = await parts.providers.authorizationUrl(provider, handshakeOf(parts.secret, state));
  await parts.database.transaction(async (tx, nowMs) => {
    const row = await lockByUserCode(tx, parts.secret, userCode, nowMs);
    const mayAgain = row?.step === 'sent' && row.browser_hash === hashPart(browser);
    if (row === undefined || (row.step !== 'asked' && !mayAgain)) throw noSuchCode();
    await updateSignIn(tx, row.sign_in_id, { step: 'sent', provider, state_hash: hashPart(state), browser_hash: hashPart(browser) });
  });
  return url;
}

/** What the page says of a code before anybody confirms it. */
export async function readWaitingDevice(
  { database, secret }: Pick<SignInParts, 'database' | 'secret'>,
  text: string,
): Promise<{ userCode: string; askedFrom: string; askedMs: number; provider: string | null }> {
  const userCode = readUserCode(text);
  const row =
    userCode === undefined
      ? undefined
      : await readSignIn(database.read, 'user_code_hash', hashUserCode(secret, userCode), await database.nowMs());
  if (userCode === undefined || row === undefined || (row.step !== 'asked' && row.step !== 'sent')) throw noSuchCode();
  return { userCode, askedFrom: row.asked_from, askedMs: row.created_ms, provider: row.provider };
}

/** A person said no: the terminal hears it at its next question. */
export async function refuseDevice({ database, secret }: Pick<SignInParts, 'database' | 'secret'>, userCode: string): Promise<void> {
  await database.transaction(async (tx, nowMs) => {
    const row = await lockByUserCode(tx, secret, userCode, nowMs);
    if (row?.step !== 'asked') throw noSuchCode();
    await updateSignIn(tx, row.sign_in_id, { step: 'refused', refusal: 'The person who was asked said no.' });
  });
}

async function lockByUserCode(tx: Tx, secret: Secret, text: string, nowMs: number): Promise<SignInRow | undefined> {
  const userCode = readUserCode(text);
  return userCode === undefined ? undefined : lockSignIn(tx, 'user_code_hash', hashUserCode(secret, userCode), nowMs);
}

const noSuchCode = (): ContractError =>
  new ContractError('NotFound', 'This code is not one that waits to be confirmed.', {
    next: `Compare it with your terminal. A code holds for ${signInLifeS / 60} minutes and serves once; "dlogin" shows a new one.`,
  });
