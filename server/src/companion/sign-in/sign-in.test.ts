import type { LabSession, LabSignInStarted } from '@diraclab/contract/lab-session';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { fromLab, starts, until, useHouse } from '../testing/house.ts';
import type { Answer, Companion } from '../testing/house.ts';
import { SignInService } from '../testing/sign-in-service.ts';

const house = useHouse();
let service: SignInService;
let companion: Companion;
/** Everything that a page, or the log, got to see. */
let shown: string[];
const prefix = '/user/alice/dirac';
const callback = `http://lab:8888${prefix}/session/callback`;

beforeEach(async () => {
  service = new SignInService();
  await service.start();
  shown = [];
  await mkdir(house().dataDirectory, { recursive: true });
  await writeFile(join(house().dataDirectory, 'service.json'), JSON.stringify({ url: service.url }), { mode: 0o600 });
  companion = await house().startCompanion();
});
afterEach(() => {
  service.stop();
  expect(`${shown.join('\n')}\n${companion.stderr()}`).not.toMatch(/access-canary|refresh-canary/);
  expect(starts(house())).toBe(0);
});

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await companion.ask({
    method,
    path,
    headers: { ...fromLab, 'x-forwarded-prefix': prefix, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  shown.push(JSON.stringify(answer.headers), answer.body.toString());
  return answer;
}
const session = async (): Promise<LabSession> => (await ask('GET', '/session')).json<LabSession>();
const begin = async (): Promise<string> => (await ask('POST', '/session/sign-in', { redirectUri: callback })).json<LabSignInStarted>().url;

async function signIn(): Promise<void> {
  const { state, code } = service.confirm(await begin());
  await ask('GET', `/session/callback?code=${code}&state=${state}`);
  expect(await session()).toMatchObject({ kind: 'signedIn' });
}

/** A live connection of the page; `ended` once the companion, or the service, hung up. */
async function openLive(): Promise<{ ended: Promise<void>; status: number }> {
  const asking = companion.open({ path: '/api/live', headers: { ...fromLab, connection: 'Upgrade', upgrade: 'websocket' } }).end();
  return new Promise((resolve, reject) => {
    asking.on('error', reject);
    asking.on('response', (answer) => resolve({ ended: Promise.resolve(), status: answer.resume().statusCode ?? 0 }));
    asking.on('upgrade', (_answer, socket: Socket) => {
      const ended = new Promise<void>((done) => socket.on('end', done).on('close', () => done()));
      socket.on('error', () => undefined).resume();
      resolve({ ended, status: 101 });
    });
  });
}

describe('before anybody has signed in', () => {
  it('Lab is told so, calls get 401 with the way in, and what is open to everybody stays open', async () => {
    expect(await session()).toEqual({ kind: 'signedOut', service: service.url, before: null, failure: null });
    const refused = await ask('POST', '/api/jobs', {});
    expect(refused.status).toBe(401);
    expect(refused.json()).toMatchObject({ code: 'NotSignedIn', next: expect.stringMatching(/dlogin.*Sign in/) });
    expect((await openLive()).status).toBe(401);
    expect((await ask('GET', '/api/health/live')).json()).toEqual({ status: 'live' });
    expect(service.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });
});

describe('a sign-in from Lab', () => {
  it('comes back to this Lab alone, and everything then carries the token that no page sees', async () => {
    const url = new URL(await begin());
    expect(`${url.origin}${url.pathname}`).toBe(`${service.url}/api/identity/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      clientId: 'diraclab-lab',
      redirectUri: callback,
      state: expect.stringMatching(/^[\w-]{43}$/),
      codeChallenge: expect.stringMatching(/^[\w-]{43}$/),
      codeChallengeMethod: 'S256',
    });
    const { state, code } = service.confirm(url.href);
    const back = await ask('GET', `/session/callback?code=${code}&state=${state}`);
    expect([back.status, back.headers.location]).toEqual([303, 'outcome']);
    const page = await ask('GET', '/session/outcome');
    expect(page.body.toString()).toContain('You are signed in');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");

    expect(await session()).toMatchObject({ kind: 'signedIn', owner: 'alice', vo: 'cta', ownerGroup: 'cta_user', isRenewable: true });
    const answer = await ask('POST', '/api/jobs', {});
    expect(answer.json()).toEqual({ url: '/wms/api/jobs', ownerGroup: 'cta_user' });
    // The service's own cookies and challenges are not set for Lab's origin.
    expect(Object.keys(answer.headers)).toEqual(expect.not.arrayContaining(['set-cookie', 'www-authenticate']));
    expect((await openLive()).status).toBe(101);

    const names = await readdir(house().dataDirectory);
    const [file = ''] = names.filter((name) => /^session-.*json$/.test(name));
    expect((await stat(join(house().dataDirectory, file))).mode & 0o777).toBe(0o600);
    for (const name of names.filter((one) => one !== file)) {
      expect(await readFile(join(house().dataDirectory, name), 'utf8')).not.toContain('canary');
    }
  });

  it('is not taken from a page that did not begin it, nor twice, nor without its verifier', async () => {
    const { state, code } = service.confirm(await begin());
    await ask('GET', `/session/callback?code=${code}&state=${'x'.repeat(43)}`);
    expect(await session()).toMatchObject({ kind: 'signedOut', failure: expect.stringContaining('did not begin') });
    // A code of somebody else's sign-in, smuggled into this one.
    const other = service.confirm(
      `${service.url}/api/identity/authorize?redirectUri=${encodeURIComponent(callback)}&codeChallenge=${'A'.repeat(43)}`,
    );
    await ask('GET', `/session/callback?code=${other.code}&state=${state}`);
    expect(await session()).toMatchObject({ kind: 'signedOut', failure: expect.stringContaining('SignInRefused') });
    await ask('GET', `/session/callback?code=${code}&state=${state}`);
    expect(await session()).toMatchObject({ kind: 'signedOut' });
    expect((await ask('GET', '/session/outcome')).body.toString()).toContain('You are not signed in');
  });

  it('says why the service refused, as text', async () => {
    const { state } = service.confirm(await begin());
    await ask(
      'GET',
      `/session/callback?error=access_denied&error_description=${encodeURIComponent('No VO <b>admits</b> you.')}&state=${state}`,
    );
    expect((await ask('GET', '/session/outcome')).body.toString()).toContain('No VO &lt;b&gt;admits&lt;/b&gt; you.');
    expect(await session()).toMatchObject({ failure: 'No VO <b>admits</b> you.' });
  });

  it('says in fixed words that the institute refused, where the service says no more', async () => {
    const { state } = service.confirm(await begin());
    await ask('GET', `/session/callback?error=${encodeURIComponent('<script>alert(1)</script>')}&state=${state}`);
    const page = (await ask('GET', '/session/outcome')).body.toString();
    expect(page).toContain('The service refused the sign-in.');
    expect(page).not.toContain('alert');
  });

  it.each([
    ['another host', 'http://evil:8888/user/alice/dirac/session/callback', {}],
    ['another place of this host', 'http://lab:8888/user/bob/dirac/session/callback', {}],
    ['a place with a query', `${callback}?x=1`, {}],
    ['no address', 'javascript:alert(1)', {}],
    ['a foreign page that asks', callback, { origin: 'http://evil' }],
    ['a form', callback, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['bytes', callback, { 'content-type': 'application/octet-stream' }],
  ])('is not begun for %s', async (_what, redirectUri, headers) => {
    const refused = await ask('POST', '/session/sign-in', { redirectUri }, headers);
    expect([400, 403]).toContain(refused.status);
    expect(refused.body.toString()).not.toContain('codeChallenge');
  });

  it('comes back behind a proxy that tells its own host', async () => {
    const headers = { host: 'inner:8888', 'x-forwarded-host': 'hub.example.org', origin: 'https://hub.example.org' };
    const redirectUri = `https://hub.example.org${prefix}/session/callback`;
    expect((await ask('POST', '/session/sign-in', { redirectUri }, headers)).status).toBe(200);
  });
});

describe('while one is signed in', () => {
  beforeEach(signIn);

  it('changing the group ends the live connections, which come back with the new one; a refusal changes nothing', async () => {
    const before = await openLive();
    const changed = await ask('POST', '/session/switch-group', { vo: 'cta', ownerGroup: 'cta_prod' });
    expect(changed.json()).toMatchObject({ kind: 'signedIn', ownerGroup: 'cta_prod' });
    await before.ended;
    expect((await openLive()).status).toBe(101);
    expect((await ask('POST', '/session/switch-group', { vo: 'cta', ownerGroup: 'root' })).status).toBe(403);
    expect(await session()).toMatchObject({ kind: 'signedIn', ownerGroup: 'cta_prod' });
    expect((await ask('POST', '/api/jobs', {})).json()).toMatchObject({ ownerGroup: 'cta_prod' });
  });

  it('a sign-out ends everything here and at the service', async () => {
    const live = await openLive();
    const [, refresh = ''] = /"(refresh-canary-\d+)"/.exec(await sessionText()) ?? [];
    expect((await ask('POST', '/session/sign-out', {})).json()).toMatchObject({ kind: 'signedOut', before: null });
    await live.ended;
    expect(service.signedOut).toEqual([refresh]);
    expect((await ask('POST', '/api/jobs', {})).status).toBe(401);
    expect((await openLive()).status).toBe(401);
  });

  it('a token that the service takes back early is renewed, and a sign-in that it has ended is told as ended', async () => {
    service.access = 'revoked';
    expect((await ask('POST', '/api/jobs', {})).status).toBe(401);
    expect(await session()).toMatchObject({ kind: 'signedIn' });
    expect((await ask('POST', '/api/jobs', {})).status).toBe(200);
    service.access = service.refresh = 'revoked';
    expect((await ask('POST', '/api/jobs', {})).status).toBe(401);
    expect(await session()).toMatchObject({
      kind: 'signedOut',
      before: { owner: 'alice', vo: 'cta', ownerGroup: 'cta_user', why: 'refused: NotSignedIn' },
    });
  });

  it.each([
    ['POST', '/api/identity/token'],
    ['POST', '/api/identity/personal-tokens'],
    ['POST', '/api/identity/device'],
    ['POST', '/api/identity/sign-out'],
    ['GET', '/api/identity/authorize?x=1'],
    ['POST', '/api/Identity/TOKEN'],
    ['POST', '/api/%69dentity/token'],
    ['POST', '/api//identity/./token'],
    ['POST', '/api/jobs/../identity/token'],
    ['POST', '/api/jobs/%2e%2e/identity%2ftoken'],
    ['POST', '/api/identity/sign-in/../token'],
  ])('%s %s does not pass: tokens are not for pages', async (method, path) => {
    const count = service.seen.length;
    expect((await ask(method, path, method === 'GET' ? undefined : {})).status).toBe(404);
    expect(service.seen).toHaveLength(count);
  });

  it('what a page may ask about itself does pass', async () => {
    for (const path of ['/api/identity/memberships', '/api/identity/personal-tokens']) expect((await ask('GET', path)).status).toBe(200);
  });
});

describe('an access token that lives for two seconds', () => {
  it('is renewed while a page looks on, though it asks nothing; its live connection comes back with the new one', async () => {
    service.accessExpiresInS = 2;
    await signIn();
    const first = service.access;
    const live = await openLive();
    await live.ended;
    await until(() => service.access !== first, 'the token was renewed');
    expect((await openLive()).status).toBe(101);
  });
});

async function sessionText(): Promise<string> {
  const [name = ''] = (await readdir(house().dataDirectory)).filter((one) => /^session-.*json$/.test(one));
  return readFile(join(house().dataDirectory, name), 'utf8');
}
