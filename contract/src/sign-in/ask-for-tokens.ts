import { ContractError, fromProblem, isProblem } from '../errors';
import { nodeTransport } from '../node-transport';

/** What the service answers a grant with; the same as `TokenSet` of the identity routes, here without its schema. */
export interface Tokens {
  accessToken: string;
  accessExpiresInS: number;
  refreshToken: string;
  refreshExpiresInS: number;
  owner: string;
  vo: string;
  ownerGroup: string;
}

export type Grant =
  | { grantType: 'deviceCode'; deviceCode: string }
  | { grantType: 'authorizationCode'; code: string; codeVerifier: string; redirectUri: string }
  | { grantType: 'refreshToken'; refreshToken: string; vo?: string; ownerGroup?: string };

const answerWithinMs = 15_000;

/** Throws the service's ContractError, or NotReady where the service did not answer. */
export async function askForTokens(url: string, grant: Grant): Promise<Tokens> {
  const answer = await post(url, '/api/identity/token', grant);
  if (!isTokens(answer)) throw new ContractError('ServerFault', `The service ${url} answered without tokens.`);
  return answer;
}

/** Ends a sign-in at the service; one that has ended already is no failure. */
export async function signOutAt(url: string, refreshToken: string): Promise<void> {
  await post(url, '/api/identity/sign-out', { refreshToken }).catch((error: unknown) => {
    if (!isRefusal(error)) throw error;
  });
}

/** The service knows these tokens no more; any other failure may pass. */
export const isRefusal = (error: unknown): error is ContractError =>
  error instanceof ContractError && ['NotSignedIn', 'SignInExpired', 'SignInRefused'].includes(error.code);

async function post(url: string, path: string, body: object): Promise<unknown> {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(answerWithinMs);
  let status: number;
  let text: string;
  try {
    const answer = await nodeTransport(url)({ method: 'POST', path, headers, body: JSON.stringify(body), signal });
    ({ status } = answer);
    text = await answer.text();
  } catch (error) {
    const why = signal.aborted ? `no answer within ${answerWithinMs / 1000} s` : (error as Error).message;
    throw new ContractError('NotReady', `The service ${url} cannot be reached (${why}).`, { next: 'Try again in a moment.', cause: error });
  }
  const answered = parse(text);
  if (status >= 200 && status < 300) return answered;
  if (isProblem(answered)) throw fromProblem(answered);
  // A proxy's page, not the service's word: it ends no sign-in.
  throw new ContractError('NotReady', `The service ${url} answered ${path} with HTTP ${status}.`, { next: 'Try again in a moment.' });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One word that an HTTP header can carry. */
const isToken = (value: unknown): boolean => typeof value === 'string' && /^[\x21-\x7e]{8,8192}$/.test(value);

function isTokens(value: unknown): value is Tokens {
  const { accessToken, refreshToken, accessExpiresInS, refreshExpiresInS, owner, vo, ownerGroup } = Object(value) as Record<
    string,
    unknown
  >;
  return (
    isToken(accessToken) &&
    isToken(refreshToken) &&
    [accessExpiresInS, refreshExpiresInS].every((seconds) => typeof seconds === 'number' && seconds > 0) &&
    [owner, vo, ownerGroup].every((name) => typeof name === 'string')
  );
}
