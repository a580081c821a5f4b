/** @jest-environment node */
import type { LabSession } from '@diraclab/contract/lab-session';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServerConnection } from '@jupyterlab/services';
import { eventually, signedIn, signedOut } from '../testing/session';
import { createCalls } from './connection';
import { labSessionCalls } from './lab-session';
import { SignIn } from './sign-in';

/** A Lab whose companion is the test: what it is asked, and what it says. */
let lab: Server;
let asked: string[];
let session: LabSession;
let answer401: () => boolean;
let signIn: SignIn;
let calls: ReturnType<typeof createCalls>;
let needed: number;

beforeEach(async () => {
  asked = [];
  session = signedIn();
  answer401 = () => session.kind !== 'signedIn';
  lab = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const path = request.url?.replace('/user/alice/dirac', '') ?? '';
    asked.push(`${request.method} ${path}${body === '' ? '' : ` ${body}`}`);
    const say = (status: number, said: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
    if (path === '/session/sign-in') return say(200, { url: 'https://dirac.example.org/authorize' });
    if (path === '/session/sign-out') session = signedOut(false);
    if (path === '/session/switch-group') session = signedIn(JSON.parse(body) as object);
    if (path.startsWith('/session')) return say(200, session);
    if (answer401()) return say(401, { code: 'NotSignedIn', detail: 'Not signed in.', next: 'Sign in.' });
    return say(200, { successful: [7], failed: [] });
  });
  await new Promise<void>((done) => lab.listen(0, '127.0.0.1', done));
  const { port } = lab.address() as AddressInfo;
  Object.assign(globalThis, { location: new URL(`http://127.0.0.1:${port}/user/alice/lab`) });
  const settings = ServerConnection.makeSettings({ baseUrl: `http://127.0.0.1:${port}/user/alice/`, token: 'lab-token' });
  signIn = new SignIn(labSessionCalls(settings), { everyMs: 20, longestMs: 10_000 });
  calls = createCalls(settings, signIn);
  needed = 0;
  signIn.needed.connect(() => (needed += 1));
});
afterEach(() => {
  lab.closeAllConnections();
  lab.close();
});

const kill = () => calls.call('killJobs', { body: { jobIds: [7] } });
const kills = () => asked.filter((line) => line.includes('/jobs/kill'));

describe('what needs a sign-in', () => {
  it('waits for it, and is done once when the same person is back in the same group', async () => {
    await signIn.refresh();
    session = signedOut(true);
    const killed = kill();
    await eventually(() => expect(needed).toBe(1));
    expect(await signIn.start()).toBe('https://dirac.example.org/authorize');
    await new Promise((done) => setTimeout(done, 60));
    expect(kills()).toHaveLength(1);
    session = signedIn();
    expect(await killed).toEqual({ successful: [7], failed: [] });
    expect(kills()).toEqual([kills()[0], kills()[0]]);
  });

  it('is not done for somebody else, nor for another group', async () => {
    await signIn.refresh();
    session = signedOut(true);
    const killed = kill();
    await eventually(() => expect(needed).toBe(1));
    session = signedIn({ ownerGroup: 'cta_prod' });
    await signIn.refresh();
    await expect(killed).rejects.toMatchObject({ message: expect.stringMatching(/as alice in cta\/cta_user.*cta\/cta_prod now/) });
    expect(kills()).toHaveLength(1);
  });

  it('is tried once more where the companion has renewed the sign-in, and not for ever', async () => {
    let refusals = 1;
    answer401 = () => refusals-- > 0;
    expect(await kill()).toEqual({ successful: [7], failed: [] });
    answer401 = () => true;
    await expect(kill()).rejects.toMatchObject({ code: 'NotSignedIn' });
    expect(kills()).toHaveLength(4);
    expect(needed).toBe(0);
  });

  it('can be given up', async () => {
    session = signedOut(false);
    const given = new AbortController();
    const killed = calls.call('killJobs', { body: { jobIds: [7] } }, { signal: given.signal });
    await eventually(() => expect(needed).toBe(1));
    given.abort();
    await expect(killed).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('the sign-in of a page', () => {
  it('comes back below the base URL of this Lab, and is looked for until it has come to an end', async () => {
    session = signedOut(false);
    await signIn.start();
    expect(asked[0]).toBe(`POST /session/sign-in {"redirectUri":"${new URL('/user/alice/dirac/session/callback', location.href).href}"}`);
    session = signedOut(false, 'The institute said no.');
    await eventually(() => expect(signIn.session).toMatchObject({ failure: 'The institute said no.' }));
    const count = asked.length;
    await new Promise((done) => setTimeout(done, 100));
    expect(asked.length).toBe(count);
  });

  it('changes its group, ends, and tells each change once', async () => {
    let changes = 0;
    signIn.changed.connect(() => (changes += 1));
    await signIn.refresh();
    await signIn.refresh();
    expect(changes).toBe(1);
    await signIn.switchGroup({ vo: 'cta', ownerGroup: 'cta_prod' });
    expect(signIn.session).toMatchObject({ ownerGroup: 'cta_prod' });
    await signIn.signOut();
    expect(signIn.session).toMatchObject({ kind: 'signedOut' });
    expect(changes).toBe(3);
  });

  it('is asked for nothing more where nobody signs in', async () => {
    session = { kind: 'noSignIn' };
    await signIn.refresh();
    await signIn.check();
    expect(asked).toEqual(['GET /session']);
  });
});
