import { z } from 'zod';
import { Instant } from './paging';
import { route } from './route';
import { Membership, Scope, scopeNames } from './session';
import { oneLine } from './texts';

const Vo = oneLine(255).min(1);
const OwnerGroup = oneLine(255).min(1);
/** What we made ourselves, as it comes back: long enough for any of ours, short enough to be hashed for nothing. */
const Opaque = z.string().min(1).max(512);

/**
 * A page for browsers, not a route of JSON: `GET /api/identity/authorize?…` with the fields of {@link AuthorizeQuery} asks the person, goes to
 * the provider and comes back to `redirectUri` with `code` and `state`, or with `error` (one of {@link authorizeErrors}) and `state`.
 */
export const authorizePath = '/identity/authorize';
export const AuthorizeQuery = z.object({
  clientId: oneLine(64).min(1),
  redirectUri: z.string().min(1).max(2000),
  state: z.string().min(1).max(512),
  /** base64url of the sha256 of the verifier (RFC 7636). */
  codeChallenge: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be the base64url of a sha256'),
  codeChallengeMethod: z.literal('S256'),
  provider: oneLine(64).optional(),
  vo: Vo.optional(),
  ownerGroup: OwnerGroup.optional(),
});
export type AuthorizeQuery = z.infer<typeof AuthorizeQuery>;
export const authorizeErrors = ['access_denied', 'temporarily_unavailable', 'server_error'] as const;

/** Where a person types the code that a terminal shows. */
export const devicePath = '/identity/device';

export const signInOptions = route({
  name: 'signInOptions',
  summary: 'How one signs in here: with which providers, and where',
  method: 'GET',
  path: '/identity/sign-in',
  returns: z
    .object({
      mode: z.enum(['laptop', 'service']),
      providers: z.array(z.object({ name: z.string(), title: z.string() })),
      authorizeUrl: z.string().nullable(),
      deviceUrl: z.string().nullable(),
    })
    .meta({ id: 'SignInOptions' }),
  errors: [],
});

export const startDeviceSignIn = route({
  name: 'startDeviceSignIn',
  summary: 'Begin to sign in from a terminal: a code to show, and a link where it is confirmed',
  method: 'POST',
  path: '/identity/device',
  body: z.object({ provider: oneLine(64).optional(), vo: Vo.optional(), ownerGroup: OwnerGroup.optional() }).meta({ id: 'DeviceSignIn' }),
  returns: z
    .object({
      deviceCode: z.string(),
      userCode: z.string(),
      verificationUri: z.string(),
      verificationUriComplete: z.string(),
      expiresInS: z.number().int(),
      intervalS: z.number().int(),
    })
    .meta({ id: 'DeviceCode' }),
  errors: ['BadRequest', 'NotFound', 'TooManyRequests'],
});

export const TokenRequest = z
  .discriminatedUnion('grantType', [
    z.object({ grantType: z.literal('deviceCode'), deviceCode: Opaque }),
    z.object({
      grantType: z.literal('authorizationCode'),
      code: Opaque,
      codeVerifier: z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/, 'must be a verifier of RFC 7636'),
      redirectUri: z.string().min(1).max(2000),
    }),
    z.object({ grantType: z.literal('refreshToken'), refreshToken: Opaque, vo: Vo.optional(), ownerGroup: OwnerGroup.optional() }),
  ])
  .meta({ id: 'TokenRequest' });
export type TokenRequest = z.infer<typeof TokenRequest>;

export const TokenSet = z
  .object({
    accessToken: z.string(),
    accessExpiresInS: z.number().int(),
    refreshToken: z.string(),
    refreshExpiresInS: z.number().int(),
    owner: z.string(),
    vo: z.string(),
    ownerGroup: z.string(),
  })
  .meta({ id: 'TokenSet' });
export type TokenSet = z.infer<typeof TokenSet>;

export const getTokens = route({
  name: 'getTokens',
  summary: 'Tokens for a code, or new ones for a refresh token, also for another VO and group; a refresh token serves once',
  method: 'POST',
  path: '/identity/token',
  body: TokenRequest,
  returns: TokenSet,
  errors: ['BadRequest', 'NotFound', 'SignInPending', 'SlowDown', 'SignInExpired', 'SignInRefused', 'TooManyRequests'],
});

export const signOut = route({
  name: 'signOut',
  summary: 'End a sign-in: its refresh token serves no more, its access tokens and live connections end within a minute',
  method: 'POST',
  path: '/identity/sign-out',
  body: z.object({ refreshToken: Opaque }).meta({ id: 'SignOut' }),
  returns: z.object({}).meta({ id: 'SignedOut' }),
  errors: ['BadRequest', 'NotFound', 'TooManyRequests'],
});

export const listMemberships = route({
  name: 'listMemberships',
  summary: 'The VOs and groups the caller may act for',
  method: 'GET',
  path: '/identity/memberships',
  returns: z.object({ memberships: z.array(Membership) }).meta({ id: 'Memberships' }),
  errors: [],
});

export const PersonalToken = z
  .object({
    tokenId: z.string(),
    name: z.string(),
    scopes: z.array(Scope),
    vo: z.string(),
    ownerGroup: z.string(),
    createdTime: Instant,
    expiresTime: Instant,
  })
  .meta({ id: 'PersonalToken' });
export type PersonalToken = z.infer<typeof PersonalToken>;

/** An hour to a year. */
export const personalTokenExpiryS = { shortest: 3600, longest: 366 * 86_400 } as const;

export const createPersonalToken = route({
  name: 'createPersonalToken',
  summary: 'Make a token for scripts, narrowed to scopes, for the VO and group of now; it is shown this once',
  method: 'POST',
  path: '/identity/personal-tokens',
  body: z
    .object({
      name: oneLine(100).min(1),
      scopes: z.array(Scope).min(1).max(scopeNames.length),
      expiresInS: z.number().int().min(personalTokenExpiryS.shortest).max(personalTokenExpiryS.longest),
    })
    .meta({ id: 'NewPersonalToken' }),
  returns: PersonalToken.extend({ token: z.string() }).meta({ id: 'PersonalTokenMade' }),
  status: 201,
  errors: ['BadRequest', 'NotAllowed', 'NotFound', 'TooLarge', 'TooManyRequests'],
});

export const listPersonalTokens = route({
  name: 'listPersonalTokens',
  summary: 'The caller’s personal tokens that still hold; never the tokens themselves',
  method: 'GET',
  path: '/identity/personal-tokens',
  returns: z.object({ tokens: z.array(PersonalToken) }).meta({ id: 'PersonalTokens' }),
  errors: ['NotAllowed', 'NotFound'],
});

export const revokePersonalToken = route({
  name: 'revokePersonalToken',
  summary: 'End a personal token; it opens nothing any more within a minute',
  method: 'DELETE',
  path: '/identity/personal-tokens/:tokenId',
  params: z.object({ tokenId: z.string().min(1).max(64) }),
  returns: z.object({}).meta({ id: 'PersonalTokenRevoked' }),
  errors: ['NotAllowed', 'NotFound'],
});

export const getJwks = route({
  name: 'getJwks',
  summary: 'The public keys with which access tokens can be checked (RFC 7517)',
  method: 'GET',
  path: '/identity/jwks.json',
  returns: z
    .object({
      keys: z.array(z.object({ kty: z.string(), crv: z.string(), x: z.string(), kid: z.string(), alg: z.string(), use: z.literal('sig') })),
    })
    .meta({ id: 'Jwks' }),
  errors: ['NotFound'],
});
