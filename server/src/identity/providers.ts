import { ContractError } from '@diraclab/contract';
import { readFile } from 'node:fs/promises';
import * as openid from 'openid-client';
import type { Logger } from '../logger.ts';
import type { ProviderIdentity } from '../registry/index.ts';

export interface ProviderConfig {
  name: string;
  title: string;
  issuer: string;
  clientId: string;
  clientSecretFile?: string | undefined;
  scopes: readonly string[];
}

/** What one sign-in shares with the provider; whoever holds the secret file can make nonce and verifier from the state again. */
export interface Handshake {
  state: string;
  nonce: string;
  verifier: string;
}

export interface Providers {
  readonly names: readonly { name: string; title: string }[];
  /** Where the browser goes to. */
  authorizationUrl(name: string, handshake: Handshake): Promise<string>;
  /** Who came back, with which entitlements. `query` is what the provider put behind our address. */
  identify(name: string, query: URLSearchParams, handshake: Handshake): Promise<ProviderIdentity>;
}

const timeoutS = 10;
/** A provider's own description is read again after this; where that fails, the old one serves on. */
const describedMs = 3_600_000;

interface Known {
  configuration: Promise<openid.Configuration>;
  readMs: number;
}

/** The providers of the configuration, and no other: nobody names an issuer to us from outside. Each is asked when it is first needed. */
export function createProviders(configs: readonly ProviderConfig[], callbackUrl: string, logger: Logger): Providers {
  const known = new Map<string, Known>();
  const configOf = (name: string): ProviderConfig => {
    const config = configs.find((one) => one.name === name);
    if (config === undefined) throw new ContractError('NotFound', `There is no identity provider "${name}" here.`);
    return config;
  };

  function configurationOf(config: ProviderConfig): Promise<openid.Configuration> {
    const before = known.get(config.name);
    if (before !== undefined && performance.now() - before.readMs < describedMs) return before.configuration;
    const asked = discover(config);
    const next: Known = {
      configuration: asked.catch((error: unknown) => before?.configuration ?? Promise.reject(error)),
      readMs: performance.now(),
    };
    known.set(config.name, next);
    // Not kept: the next sign-in asks again.
    asked.catch(
      () => known.get(config.name) === next && (before === undefined ? known.delete(config.name) : known.set(config.name, before)),
    );
    return next.configuration;
  }

  async function explained<T>({ title, name }: ProviderConfig, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      const told = tell(error, title);
      logger.warn(
        { provider: name, err: toLoggable(error) },
        told.code === 'NotReady' ? 'an identity provider does not answer' : 'a sign-in failed',
      );
      throw told;
    }
  }

  return {
    names: configs.map(({ name, title }) => ({ name, title })),
    async authorizationUrl(name, { state, nonce, verifier }) {
      const config = configOf(name);
      return explained(config, async () => {
        const challenge = await openid.calculatePKCECodeChallenge(verifier);
        return openid.buildAuthorizationUrl(await configurationOf(config), {
          redirect_uri: callbackUrl, scope: config.scopes.join(' '), state, nonce, code_challenge: challenge, code_challenge_method: 'S256',
        }).href; // prettier-ignore
      });
    },
    async identify(name, query, { state, nonce, verifier }) {
      const config = configOf(name);
      return explained(config, async () => {
        const configuration = await configurationOf(config);
        const tokens = await openid.authorizationCodeGrant(configuration, new URL(`${callbackUrl}?${query.toString()}`), {
          expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true,
        }); // prettier-ignore
        const claims = tokens.claims();
        if (claims === undefined) throw new Error('The provider sent no ID token.');
        // Not all providers put entitlements into the ID token. Their tokens are used here and nowhere kept.
        const told = await openid.fetchUserInfo(configuration, tokens.access_token, claims.sub);
        return toIdentity(config, claims.iss, { ...claims, ...told });
      });
    },
  };
}

async function discover({ issuer, clientId, clientSecretFile }: ProviderConfig): Promise<openid.Configuration> {
  const secret = clientSecretFile === undefined ? undefined : (await readFile(clientSecretFile, 'utf8')).trim();
  const url = new URL(issuer);
  // The configuration allows http on this machine only, for tests.
  const execute = [openid.enableNonRepudiationChecks, ...(url.protocol === 'http:' ? [openid.allowInsecureRequests] : [])];
  const auth = secret === undefined ? openid.None() : openid.ClientSecretBasic(secret);
  return openid.discovery(url, clientId, undefined, auth, { execute, timeout: timeoutS });
}

/** The provider's refusal is the person's answer; that it cannot be reached is nobody's fault here, and passes. */
function tell(error: unknown, title: string): ContractError {
  if (error instanceof ContractError) return error;
  if (error instanceof openid.AuthorizationResponseError)
    return error.error === 'access_denied'
      ? new ContractError('SignInRefused', `${title} says that the sign-in was refused or given up.`, { next: 'Sign in again.', cause: error })
      : new ContractError('SignInRefused', `${title} refused the sign-in (${error.error.slice(0, 60)}).`, { next: 'Sign in again; if it stays so, tell the operator of this service.', cause: error }); // prettier-ignore
  const status =
    error instanceof openid.ResponseBodyError || error instanceof openid.WWWAuthenticateChallengeError ? error.status : undefined;
  if (status !== undefined && status < 500)
    return new ContractError('SignInRefused', `${title} did not accept this service’s question.`, { next: 'Tell the operator of this service; its log says more.', cause: error }); // prettier-ignore
  if (error instanceof openid.ClientError && !isUnreachable(error))
    return new ContractError('SignInRefused', `The answer of ${title} did not fit this sign-in.`, { next: 'Sign in again, in one browser from begin to end.', cause: error }); // prettier-ignore
  return new ContractError('NotReady', `${title} does not answer at the moment, so nobody can sign in with it. Jobs run on, and who is signed in stays so.`, { next: 'Try again in a few minutes.', cause: error }); // prettier-ignore
}

/** A time-out, a refused connection (which has no code), or something that is not the provider's JSON, as a proxy's page is. */
const isUnreachable = (error: openid.ClientError): boolean =>
  error.code === undefined ||
  ['OAUTH_TIMEOUT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON', 'OAUTH_PARSE_ERROR'].includes(error.code);

/** Words and codes; never parameters, which hold codes and tokens. */
function toLoggable(error: unknown): Error {
  const { name, message, code } = error as { name?: string; message?: string; code?: unknown };
  const why = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return new Error(`${name ?? 'Error'} ${typeof code === 'string' ? code : ''}: ${message ?? ''}${why}`);
}

function toIdentity({ name }: ProviderConfig, issuer: string, claims: Readonly<Record<string, unknown>>): ProviderIdentity {
  const text = (key: string): string | undefined => (typeof claims[key] === 'string' ? claims[key].slice(0, 255) : undefined);
  const optional = { preferredUsername: text('preferred_username'), name: text('name'), email: text('email') };
  const entitlements = ['eduperson_entitlement', 'entitlements'].flatMap((key) => claims[key] ?? []);
  return {
    provider: name,
    issuer,
    subject: String(claims['sub']),
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as Partial<ProviderIdentity>),
    entitlements: [...new Set(entitlements.filter((value) => typeof value === 'string'))].slice(0, 2000),
  };
}
