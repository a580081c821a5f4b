import { ContractError } from '../errors';
import { askForTokens, isRefusal, signOutAt, type Grant, type Tokens } from './ask-for-tokens';
import { isSignedIn, prepareSessionFile, readSession, removeSessionFile, type SignedIn, type SignInEnded } from './session-file';
import { withSessionLock } from './session-lock';

/** A renewal that failed is not tried again for each request while the access token is still good. */
const failureHoldMs = 10_000;
/** An access token with less than this left may expire on its way. */
const onItsWayMs = 5_000;
const failedAtMs = new Map<string, number>();

/**
 * The sign-in of this person at a service, its access token good for a while. Renewed at three quarters of its life, by one process at a time:
 * a refresh token that is used twice ends the sign-in. Throws NotSignedIn, or NotReady where the service is away and the token's time is up.
 *
 * Killed between the service's answer and the file, the new token is lost; the next process tries the old one once more, and where the
 * service takes that for a theft the person signs in again. Jobs are not touched by either.
 */
export async function currentSession(directory: string, url: string): Promise<SignedIn> {
  const session = await readSession(directory, url);
  if (!isSignedIn(session)) throw notSignedIn(url, session);
  if (Date.now() < session.renewAtMs) return session;
  const isStillGood = Date.now() < session.accessExpiresMs - onItsWayMs;
  if (isStillGood && performance.now() < (failedAtMs.get(directory + url) ?? Number.NEGATIVE_INFINITY) + failureHoldMs) return session;
  try {
    return await renewSession(directory, url);
  } catch (error) {
    if (!isStillGood || (error instanceof ContractError && error.code === 'NotSignedIn')) throw error;
    failedAtMs.set(directory + url, performance.now());
    return session;
  }
}

export const currentAccessToken = async (directory: string, url: string): Promise<string> =>
  (await currentSession(directory, url)).accessToken;

export interface Renewal {
  /** Act for this VO and group from now on. */
  switchTo?: { vo: string; ownerGroup: string };
  /** The service refused this access token before its time: renew even though it looks good. */
  refusedToken?: string;
  /** Renew in any case. */
  always?: boolean;
}

/** Spends the refresh token for new ones, unless another process has done so while this one waited. */
export function renewSession(directory: string, url: string, { switchTo, refusedToken, always = false }: Renewal = {}): Promise<SignedIn> {
  return withSessionLock(directory, url, async () => {
    const session = await readSession(directory, url);
    if (!isSignedIn(session)) throw notSignedIn(url, session);
    const isFresh = Date.now() < session.renewAtMs && session.accessToken !== refusedToken;
    if (isFresh && !always && switchTo === undefined) return session;
    const file = await prepareSessionFile(directory, url);
    try {
      const renewed = await exchange(url, { grantType: 'refreshToken', refreshToken: session.refreshToken, ...switchTo });
      await file.commit(renewed);
      return renewed;
    } catch (error) {
      // Refused another group, one keeps the present one: the refresh token was not spent.
      if (!isRefusal(error) || (switchTo !== undefined && error.code === 'SignInRefused')) {
        await file.abandon();
        throw error;
      }
      const { owner, vo, ownerGroup } = session;
      const ended = { url, owner, vo, ownerGroup, endedMs: Date.now(), why: error.message };
      await file.commit(ended);
      // No group any more, but still a sign-in there.
      if (error.code === 'SignInRefused') await signOutAt(url, session.refreshToken).catch(() => undefined);
      throw notSignedIn(url, ended, error);
    }
  });
}

/** A new sign-in, by a code. What was signed in before is signed out: nobody holds its tokens any more. */
export async function signIn(directory: string, url: string, grant: Exclude<Grant, { grantType: 'refreshToken' }>): Promise<SignedIn> {
  const session = await exchange(url, grant);
  const before = await withSessionLock(directory, url, async () => {
    // What cannot be read is replaced.
    const old = await readSession(directory, url).catch(() => undefined);
    await (await prepareSessionFile(directory, url)).commit(session);
    return old;
  });
  if (isSignedIn(before)) await signOutAt(url, before.refreshToken).catch(() => undefined);
  return session;
}

/** Forgets the sign-in here in any case; false where there was none. Throws where the service could not be told. */
export async function signOut(directory: string, url: string): Promise<boolean> {
  const before = await withSessionLock(directory, url, async () => {
    const old = await readSession(directory, url).catch(() => undefined);
    await removeSessionFile(directory, url);
    return old;
  });
  if (isSignedIn(before)) await signOutAt(url, before.refreshToken);
  return isSignedIn(before);
}

async function exchange(url: string, grant: Grant): Promise<SignedIn> {
  // By this clock and counted from before the question, so that neither a wrong clock nor a slow answer makes a token look younger.
  const askedMs = Date.now();
  const tokens: Tokens = await askForTokens(url, grant);
  const { accessToken, refreshToken, owner, vo, ownerGroup } = tokens;
  return {
    url,
    owner,
    vo,
    ownerGroup,
    accessToken,
    accessExpiresMs: askedMs + tokens.accessExpiresInS * 1000,
    renewAtMs: askedMs + tokens.accessExpiresInS * 750,
    refreshToken,
    refreshExpiresMs: askedMs + tokens.refreshExpiresInS * 1000,
  };
}

export function notSignedIn(url: string, before: SignInEnded | undefined, cause?: unknown): ContractError {
  const what = before === undefined ? `You are not signed in at ${url}.` : `The sign-in at ${url} has ended: ${before.why}`;
  return new ContractError('NotSignedIn', what, {
    next: 'Sign in: "dlogin" in a terminal, or "Sign in" in the DIRAC status bar of JupyterLab.',
    cause,
  });
}
