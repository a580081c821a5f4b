// OpenID provider for tests, behaving like EGI Check-in (Keycloak paths, JWT access tokens, eduperson_entitlement).
// Environment: OIDC_ISSUER, OIDC_BIND, OIDC_PORT, OIDC_DIR (keys), OIDC_TLS_CERT/OIDC_TLS_KEY (https when set),
// OIDC_USERS (JSON file replacing the built-in users), OIDC_REDIRECT_URIS (comma list), OIDC_AT_TTL (seconds), OIDC_SCOPES.
import { createPrivateKey, generateKeyPairSync, createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { Provider, errors } from 'oidc-provider';
import { createLocalJWKSet, jwtVerify } from 'jose';

const env = process.env;
const bind = env.OIDC_BIND ?? '127.0.0.1';
const port = Number(env.OIDC_PORT ?? 9080);
const tls = env.OIDC_TLS_CERT && env.OIDC_TLS_KEY;
const issuer = env.OIDC_ISSUER ?? `${tls ? 'https' : 'http'}://localhost:${port}/auth/realms/egi`;
const base = new URL(issuer).pathname.replace(/\/$/, '');
const dir = env.OIDC_DIR ?? '/tmp/parts/oidc';
mkdirSync(dir, { recursive: true });

// --- keys: kept, so that tokens survive a restart
const keyFile = join(dir, 'jwks.json');
if (!existsSync(keyFile)) {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  const kid = (k) =>
    createHash('sha256')
      .update(JSON.stringify(k.n ?? k.x))
      .digest('base64url')
      .slice(0, 12);
  writeFileSync(
    keyFile,
    JSON.stringify({
      keys: [
        { ...rsa, kid: kid(rsa), use: 'sig', alg: 'RS256' },
        { ...ec, kid: kid(ec), use: 'sig', alg: 'ES256' },
      ],
    }),
    { mode: 0o600 },
  );
}
const jwks = JSON.parse(readFileSync(keyFile, 'utf8'));
const publicJwks = { keys: jwks.keys.map(({ d, p, q, dp, dq, qi, ...pub }) => pub) };
const verifyKeys = createLocalJWKSet(publicJwks);

// --- users
const group = (vo, role = 'member', sub = '') => `urn:mace:egi.eu:group:${vo}${sub ? ':' + sub : ''}:role=${role}#aai.egi.eu`;
const builtin = {
  alice: {
    name: 'Alice Example',
    vos: ['vo.example.org', 'vo.other.org'],
    entitlements: [group('vo.example.org'), group('vo.example.org', 'vm_operator'), group('vo.other.org')],
  },
  bob: { name: 'Bob Example', entitlements: [group('vo.other.org')] },
  carol: { name: 'Carol Nogroup', entitlements: [] },
  robot: { name: 'Pilot Robot', entitlements: [group('vo.example.org'), group('vo.example.org', 'pilot')] },
  admin: { name: 'Admin Example', entitlements: [group('vo.example.org'), group('vo.example.org', 'admin')] },
};
const users = env.OIDC_USERS ? JSON.parse(readFileSync(env.OIDC_USERS, 'utf8')) : builtin;
for (const [login, u] of Object.entries(users)) {
  u.login = login;
  u.password ??= login;
  u.sub ??=
    createHash('sha256')
      .update('parts:' + login)
      .digest('hex') + '@egi.eu';
}
const bySub = new Map(Object.values(users).map((u) => [u.sub, u]));
const claimsOf = (u) => ({
  sub: u.sub,
  voperson_id: u.sub,
  name: u.name,
  given_name: u.name.split(' ')[0],
  family_name: u.name.split(' ').slice(1).join(' '),
  preferred_username: u.login,
  email: u.email ?? `${u.login}@example.org`,
  email_verified: true,
  voperson_verified_email: [u.email ?? `${u.login}@example.org`],
  eduperson_entitlement: u.entitlements,
  entitlements: u.entitlements,
  eduperson_assurance: ['https://refeds.org/assurance/IAP/low', 'https://aai.egi.eu/LoA#Substantial'],
  eduperson_scoped_affiliation: ['member@example.org'],
  acr: 'https://aai.egi.eu/LoA#Substantial',
});
const scopeClaims = {
  openid: ['sub', 'acr'],
  profile: ['name', 'given_name', 'family_name', 'preferred_username'],
  email: ['email', 'email_verified', 'voperson_verified_email'],
  voperson_id: ['voperson_id'],
  eduperson_entitlement: ['eduperson_entitlement'],
  entitlements: ['entitlements'],
  eduperson_assurance: ['eduperson_assurance'],
  eduperson_scoped_affiliation: ['eduperson_scoped_affiliation'],
};
const pick = (u, scope) => {
  const all = claimsOf(u);
  const out = { sub: all.sub };
  for (const s of (scope ?? '').split(' ')) for (const c of scopeClaims[s] ?? []) out[c] = all[c];
  return out;
};
// WLCG token profile capabilities and whatever else is asked for by OIDC_SCOPES
const capabilities = [
  'storage.read:/',
  'storage.create:/',
  'storage.modify:/',
  'storage.stage:/',
  'compute.read',
  'compute.create',
  'compute.cancel',
  'compute.modify',
  ...(env.OIDC_SCOPES ?? '').split(/[ ,]+/).filter(Boolean),
];
const userScopes = ['openid', 'offline_access', ...Object.keys(scopeClaims).filter((s) => s !== 'openid')];
const anyAudience = 'https://wlcg.cern.ch/jwt/v1/any';
const ttl = Number(env.OIDC_AT_TTL ?? 3600);
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const serverInfo = (aud) => ({
  scope: [...userScopes, ...capabilities].join(' '),
  audience: aud,
  accessTokenTTL: ttl,
  accessTokenFormat: 'jwt',
  jwt: { sign: { alg: 'RS256' } },
});

const redirects = (env.OIDC_REDIRECT_URIS ?? 'http://localhost:8080/callback,http://127.0.0.1:8080/callback').split(',');
const scope = [...userScopes, ...capabilities].join(' ');
const clients = [
  {
    client_id: 'wms-web',
    client_secret: 'wms-web-secret',
    redirect_uris: redirects,
    grant_types: ['authorization_code', 'refresh_token', EXCHANGE],
    scope,
  },
  {
    client_id: 'wms-native',
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    scope,
  },
  {
    client_id: 'wms-cli',
    token_endpoint_auth_method: 'none',
    redirect_uris: [],
    response_types: [],
    grant_types: [DEVICE, 'refresh_token'],
    scope,
  },
  {
    client_id: 'wms-cli-secret',
    client_secret: 'wms-cli-secret',
    redirect_uris: [],
    response_types: [],
    grant_types: [DEVICE, 'refresh_token', EXCHANGE],
    scope,
  },
  {
    client_id: 'wms-service',
    client_secret: 'wms-service-secret',
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials', EXCHANGE],
    scope: capabilities.join(' '),
  },
];

const revoked = new Set();
const provider = new Provider(issuer, {
  clients,
  jwks,
  clientDefaults: { id_token_signed_response_alg: 'RS256' },
  scopes: [...userScopes, ...capabilities],
  claims: scopeClaims,
  conformIdTokenClaims: false,
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'], userinfoSigningAlgValues: ['RS256'] },
  cookies: {
    keys: [createHash('sha256').update(JSON.stringify(jwks.keys[0].d)).digest('hex')],
    long: { signed: true },
    short: { signed: true },
  },
  ttl: {
    AccessToken: ttl,
    ClientCredentials: ttl,
    IdToken: ttl,
    RefreshToken: 30 * 86400,
    Session: 86400,
    Grant: 30 * 86400,
    DeviceCode: 600,
    Interaction: 600,
    AuthorizationCode: 60,
  },
  pkce: { required: (ctx, client) => client.clientAuthMethod === 'none' && client.grantTypeAllowed('authorization_code') },
  interactions: { url: (ctx, i) => `${base}/interaction/${i.uid}` },
  routes: {
    authorization: '/protocol/openid-connect/auth',
    token: '/protocol/openid-connect/token',
    userinfo: '/protocol/openid-connect/userinfo',
    introspection: '/protocol/openid-connect/token/introspect',
    revocation: '/protocol/openid-connect/revoke',
    jwks: '/protocol/openid-connect/certs',
    device_authorization: '/protocol/openid-connect/auth/device',
    code_verification: '/device',
    end_session: '/protocol/openid-connect/logout',
    registration: '/clients-registrations/openid-connect',
  },
  features: {
    devInteractions: { enabled: false },
    deviceFlow: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    clientCredentials: { enabled: true },
    registration: { enabled: true },
    userinfo: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => anyAudience,
      useGrantedResource: () => true,
      getResourceServerInfo: (ctx, resource) => serverInfo(resource),
    },
  },
  async findAccount(ctx, sub) {
    const u = bySub.get(sub);
    return u && { accountId: sub, claims: async (use, sc) => pick(u, sc) };
  },
  // every consent is given: the scopes asked for are granted
  async loadExistingGrant(ctx) {
    const { client, session, params } = ctx.oidc;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(String(params.scope ?? 'openid'));
    const resources = [].concat(params.resource ?? anyAudience);
    for (const r of resources) grant.addResourceScope(r, String(params.scope ?? ''));
    await grant.save();
    return grant;
  },
  async issueRefreshToken(ctx, client, code) {
    return client.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access');
  },
  extraTokenClaims(ctx, token) {
    const u = token.accountId && bySub.get(token.accountId);
    const out = { 'wlcg.ver': '1.0', nbf: Math.floor(Date.now() / 1000) - 5 };
    if (u) {
      const all = claimsOf(u);
      const has = new Set((token.scope ?? '').split(' '));
      Object.assign(out, { voperson_id: all.voperson_id, acr: all.acr });
      if (has.has('eduperson_entitlement')) out.eduperson_entitlement = all.eduperson_entitlement;
      if (has.has('entitlements')) out.entitlements = all.entitlements;
    }
    return out;
  },
  async renderError(ctx, out) {
    ctx.type = 'json';
    ctx.body = out;
  },
});
provider.on('server_error', (ctx, err) => console.error(err));

async function verifyJwt(token) {
  const { payload } = await jwtVerify(token, verifyKeys, { issuer });
  if (revoked.has(payload.jti)) throw new Error('revoked');
  return payload;
}

// RFC 8693: an access token of ours for one with another audience and no more scopes
provider.registerGrantType(
  EXCHANGE,
  async (ctx) => {
    const p = ctx.oidc.params;
    let sub;
    try {
      sub = await verifyJwt(p.subject_token);
    } catch {
      throw new errors.InvalidGrant('subject_token is not valid');
    }
    const had = new Set((sub.scope ?? '').split(' '));
    const want = (p.scope ?? sub.scope ?? '').split(' ').filter(Boolean);
    const over = want.filter((s) => !had.has(s) && s !== 'offline_access');
    if (over.length) throw new errors.InvalidScope('more than the subject token has', over.join(' '));
    const aud = p.audience ?? p.resource ?? anyAudience;
    const at = new provider.AccessToken({
      accountId: sub.sub,
      client: ctx.oidc.client,
      scope: want.join(' ') || undefined,
      gty: 'token-exchange',
    });
    at.resourceServer = new provider.ResourceServer(aud, serverInfo(aud));
    ctx.oidc.entity('AccessToken', at);
    ctx.body = {
      access_token: await at.save(),
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: ttl,
      scope: want.join(' '),
    };
  },
  ['subject_token', 'subject_token_type', 'requested_token_type', 'audience', 'scope', 'resource', 'actor_token', 'actor_token_type'],
  ['audience', 'resource'],
);

const callback = provider.callback();
const form = async (req) => {
  let s = '';
  for await (const c of req) {
    s += c;
    if (s.length > 1e5) throw new Error('too long');
  }
  return new URLSearchParams(s);
};
const json = (res, code, body) => {
  res.writeHead(code, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  res.end(JSON.stringify(body));
};
const bearer = (req) => /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1];
const isJwt = (t) => typeof t === 'string' && t.split('.').length === 3;
const clientOk = (req, body) => {
  const m = /^Basic (.+)$/i.exec(req.headers.authorization ?? '');
  let [id, secret] = m
    ? Buffer.from(m[1], 'base64').toString().split(':').map(decodeURIComponent)
    : [body.get('client_id'), body.get('client_secret')];
  const c = clients.find((x) => x.client_id === id);
  return c && (c.client_secret ? c.client_secret === secret : true);
};
const page = (res, html, code = 200) => {
  res.writeHead(code, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  res.end(`<!doctype html><title>Test sign-in</title>${html}`);
};

async function handle(req, res) {
  const url = new URL(req.url, issuer);
  if (url.pathname === '/health') return json(res, 200, { ok: true });
  if (!url.pathname.startsWith(base + '/')) return json(res, 404, { error: 'not found' });
  const path = url.pathname.slice(base.length);
  const ix = /^\/interaction\/([\w-]+)$/.exec(path);
  if (ix) {
    req.originalUrl = req.url;
    if (req.method === 'GET') {
      const d = await provider.interactionDetails(req, res);
      if (d.prompt.name === 'consent') {
        // prompt=consent: given as well
        const grant = new provider.Grant({ clientId: d.params.client_id, accountId: d.session.accountId });
        grant.addOIDCScope(String(d.params.scope ?? 'openid'));
        for (const r of [].concat(d.params.resource ?? anyAudience)) grant.addResourceScope(r, String(d.params.scope ?? ''));
        return provider.interactionFinished(req, res, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
      }
      return page(
        res,
        `<h1>Sign in</h1><p>client ${d.params.client_id}</p><form method="post"><input name="login" autofocus><input name="password" type="password"><button>Sign in</button></form>`,
      );
    }
    const body = await form(req);
    const u = users[body.get('login')];
    if (body.get('deny'))
      return provider.interactionFinished(
        req,
        res,
        { error: 'access_denied', error_description: 'denied by the user' },
        { mergeWithLastSubmission: false },
      );
    if (!u || u.password !== body.get('password')) return page(res, '<p>wrong name or password</p>', 401);
    return provider.interactionFinished(
      req,
      res,
      { login: { accountId: u.sub, remember: true, acr: claimsOf(u).acr } },
      { mergeWithLastSubmission: false },
    );
  }
  // JWT access tokens are not stored by the provider: these three endpoints know them by their signature
  if (path === '/protocol/openid-connect/userinfo' && isJwt(bearer(req))) {
    try {
      const p = await verifyJwt(bearer(req));
      const u = bySub.get(p.sub);
      if (!u) return json(res, 403, { error: 'insufficient_scope' });
      return json(res, 200, pick(u, p.scope));
    } catch {
      res.setHeader('www-authenticate', 'Bearer error="invalid_token"');
      return json(res, 401, { error: 'invalid_token' });
    }
  }
  if (req.method === 'POST' && (path === '/protocol/openid-connect/token/introspect' || path === '/protocol/openid-connect/revoke')) {
    const body = await form(req);
    const t = body.get('token');
    if (isJwt(t)) {
      if (!clientOk(req, body)) return json(res, 401, { error: 'invalid_client' });
      let p;
      try {
        p = await verifyJwt(t);
      } catch {
        p = undefined;
      }
      if (path.endsWith('/revoke')) {
        if (p?.jti) revoked.add(p.jti);
        res.writeHead(200);
        return res.end();
      }
      return json(
        res,
        200,
        p
          ? {
              active: true,
              token_type: 'Bearer',
              ...(bySub.has(p.sub) ? pick(bySub.get(p.sub), p.scope) : {}),
              ...p,
              username: bySub.get(p.sub)?.login,
            }
          : { active: false },
      );
    }
    req.body = Object.fromEntries(body); // consumed stream: oidc-provider takes a parsed body
  }
  req.originalUrl = req.url;
  req.url = path + url.search;
  return callback(req, res);
}
const listener = (req, res) =>
  handle(req, res).catch((e) => {
    console.error(e);
    if (!res.headersSent) json(res, e.statusCode ?? 500, { error: e.error ?? 'server_error', error_description: e.message });
    else res.end();
  });
const server = tls
  ? https.createServer({ cert: readFileSync(env.OIDC_TLS_CERT), key: readFileSync(env.OIDC_TLS_KEY) }, listener)
  : http.createServer(listener);
server.listen(port, bind, () =>
  console.log(JSON.stringify({ issuer, bind, port, users: Object.keys(users), clients: clients.map((c) => c.client_id) })),
);
for (const s of ['SIGTERM', 'SIGINT'])
  process.on(s, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
