import {
  currentAccessToken,
  currentSession,
  isSignedIn,
  readSession,
  renewSession,
  sessionFilePath,
  signIn,
  signOut,
} from '@diraclab/contract/sign-in';
import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A service with one sign-in: each refresh token serves once, and one that is used twice ends everything. */
class Service {
  server: Server = createServer();
  url = '';
  serial = 0;
  valid = 'none';
  reused = 0;
  renewals = 0;
  accessS = 1200;
  signedOut: string[] = [];
  /** What the next requests meet instead. */
  broken: ('hang up after it is done' | 'a page of a proxy' | 'no such group')[] = [];

  async start(): Promise<void> {
    this.server.on('request', async (request, answer) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const asked = JSON.parse(body) as { grantType?: string; refreshToken?: string; ownerGroup?: string };
      const say = (status: number, said: unknown): unknown => answer.writeHead(status).end(JSON.stringify(said));
      if (request.url?.endsWith('sign-out')) {
        this.signedOut.push(asked.refreshToken ?? '');
        return say(200, {});
      }
      const broken = this.broken.shift();
      if (broken === 'a page of a proxy') return answer.writeHead(403).end('<html>Not now</html>');
      if (broken === 'no such group') return say(403, { code: 'SignInRefused', detail: 'You are not in that group.' });
      if (asked.grantType === 'refreshToken') {
        if (asked.refreshToken !== this.valid) {
          this.reused += 1;
          this.valid = 'none';
          return say(401, { code: 'NotSignedIn', detail: 'That refresh token was used before.' });
        }
        this.renewals += 1;
      }
      const tokens = this.issue(asked.ownerGroup ?? 'cta_user');
      if (broken === 'hang up after it is done') return request.socket.destroy();
      return say(200, tokens);
    });
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  issue(ownerGroup: string) {
    this.serial += 1;
    this.valid = `refresh-token-${this.serial}`;
    const accessToken = `access-token-${this.serial}`;
    return {
      accessToken,
      accessExpiresInS: this.accessS,
      refreshToken: this.valid,
      refreshExpiresInS: 86_400,
      owner: 'alice',
      vo: 'cta',
      ownerGroup,
    };
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

let service: Service;
let directory: string;
beforeEach(async () => {
  service = new Service();
  await service.start();
  directory = await mkdtemp(join(tmpdir(), 'session-'));
});
afterEach(async () => {
  service.stop();
  await rm(directory, { recursive: true });
});

const grant = { grantType: 'deviceCode', deviceCode: 'd' } as const;
const path = () => sessionFilePath(directory, service.url);
/** As if the access token had been issued so long ago. */
async function age(seconds: number): Promise<void> {
  const session = await readSession(directory, service.url);
  if (!isSignedIn(session)) throw new Error('nobody is signed in');
  const older = { renewAtMs: session.renewAtMs - seconds * 1000, accessExpiresMs: session.accessExpiresMs - seconds * 1000 };
  await writeFile(path(), JSON.stringify({ ...session, ...older }));
}
const outcome = (asked: Promise<unknown>) => asked.then(() => 'done', (error: { code: string }) => error.code); // prettier-ignore

describe('the sign-in of one person', () => {
  it('lies in one file that only she can read, with nothing half written beside it', async () => {
    await signIn(directory, service.url, grant);
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    const names = (await readdir(directory)).toSorted();
    expect(names).toEqual([expect.stringMatching(/^session-[0-9a-f]{16}\.json$/), expect.stringMatching(/\.lock$/)]);
    expect(await currentAccessToken(directory, service.url)).toBe('access-token-1');
  });

  it('is not sent to another service, and not read from a file that others could change', async () => {
    await signIn(directory, service.url, grant);
    expect(await outcome(currentSession(directory, 'https://elsewhere.example.org'))).toBe('NotSignedIn');
    await chmod(path(), 0o640);
    await expect(currentSession(directory, service.url)).rejects.toMatchObject({
      code: 'NotSignedIn',
      message: expect.stringContaining('mode 640'),
    });
    await rm(path());
    await writeFile(join(directory, 'mine'), '{}', { mode: 0o600 });
    await symlink('mine', path());
    await expect(currentSession(directory, service.url)).rejects.toMatchObject({ message: expect.stringContaining('symbolic link') });
  });

  it('is renewed before its time by whoever needs it, and the old token serves while the service is away', async () => {
    await signIn(directory, service.url, grant);
    await age(600);
    expect(await currentAccessToken(directory, service.url)).toBe('access-token-1');
    await age(350);
    expect(await currentAccessToken(directory, service.url)).toBe('access-token-2');
    await age(950);
    service.stop();
    expect(await currentAccessToken(directory, service.url)).toBe('access-token-2');
    await age(300);
    expect(await outcome(currentSession(directory, service.url))).toBe('NotReady');
  });

  it('has ended once the service says so, which is told with the way back; a page of a proxy ends nothing', async () => {
    await signIn(directory, service.url, grant);
    service.broken.push('a page of a proxy');
    expect(await outcome(renewSession(directory, service.url, { always: true }))).toBe('NotReady');
    service.valid = 'another';
    await expect(renewSession(directory, service.url, { always: true })).rejects.toMatchObject({
      code: 'NotSignedIn',
      message: expect.stringContaining('has ended'),
      next: expect.stringContaining('dlogin'),
    });
    expect(await readFile(path(), 'utf8')).not.toContain('token-');
    expect(await readSession(directory, service.url)).toMatchObject({ owner: 'alice', vo: 'cta', ownerGroup: 'cta_user' });
    expect(service.reused).toBe(1);
    expect(await outcome(currentSession(directory, service.url))).toBe('NotSignedIn');
    expect(service.reused).toBe(1);
  });

  it('changes its group, and keeps the old one where the service refuses', async () => {
    await signIn(directory, service.url, grant);
    const { ownerGroup } = await renewSession(directory, service.url, { switchTo: { vo: 'cta', ownerGroup: 'cta_prod' } });
    expect(ownerGroup).toBe('cta_prod');
    service.broken.push('no such group');
    expect(await outcome(renewSession(directory, service.url, { switchTo: { vo: 'cta', ownerGroup: 'root' } }))).toBe('SignInRefused');
    expect(await currentSession(directory, service.url)).toMatchObject({ ownerGroup: 'cta_prod', accessToken: 'access-token-2' });
  });

  it('has ended where its group is no more, at the service too, and says why', async () => {
    await signIn(directory, service.url, grant);
    service.broken.push('no such group');
    await expect(renewSession(directory, service.url, { always: true })).rejects.toMatchObject({
      code: 'NotSignedIn',
      message: expect.stringContaining('You are not in that group.'),
    });
    expect(service.signedOut).toEqual(['refresh-token-1']);
    expect(await outcome(currentSession(directory, service.url))).toBe('NotSignedIn');
  });

  it('is renewed for a token that was refused before its time, once for all who had it', async () => {
    await signIn(directory, service.url, grant);
    const refused = { refusedToken: 'access-token-1' };
    const both = await Promise.all([renewSession(directory, service.url, refused), renewSession(directory, service.url, refused)]);
    expect(both.map(({ accessToken }) => accessToken)).toEqual(['access-token-2', 'access-token-2']);
    expect(service.renewals).toBe(1);
  });

  it('is forgotten here and at the service', async () => {
    await signIn(directory, service.url, grant);
    await signIn(directory, service.url, grant);
    expect(service.signedOut).toEqual(['refresh-token-1']);
    expect(await signOut(directory, service.url)).toBe(true);
    expect(service.signedOut).toEqual(['refresh-token-1', 'refresh-token-2']);
    expect(await readdir(directory)).toEqual([expect.stringMatching(/\.lock$/)]);
    expect(await signOut(directory, service.url)).toBe(false);
  });
});

describe('many programs of one person', () => {
  let program: string;
  beforeAll(async () => {
    program = join(await mkdtemp(join(tmpdir(), 'session-program-')), 'session.mjs');
    const root = join(import.meta.dirname, '../..');
    const words = ['contract/src/sign-in/index.ts', '--bundle', '--platform=node', '--format=esm', `--outfile=${program}`];
    const { status, stderr } = spawnSync(join(root, 'node_modules/.bin/esbuild'), words, { cwd: root, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  });
  afterAll(() => rm(join(program, '..'), { recursive: true }));

  const start = (body: string) => {
    const script = `import { currentAccessToken, renewSession } from ${JSON.stringify(program)}; const at = ${JSON.stringify([directory, service.url])}; ${body}`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += String(chunk)));
    const ended = new Promise<string>((done) => child.on('close', () => done(out)));
    return { child, ended, ready: new Promise<void>((done) => child.stdout.once('data', () => done())) };
  };

  it('need one token at the same moment: it is renewed once, nobody is signed out, all get the new one', async () => {
    await signIn(directory, service.url, grant);
    await age(1300);
    // Each says that it is loaded and waits for the word, and then asks several times at once.
    const body = `console.log('ready'); process.stdin.once('data', async () => {
      const all = await Promise.all(Array.from({ length: 5 }, () => currentAccessToken(...at)));
      console.log(all.join(' ')); process.exit(0); });`;
    const programs = Array.from({ length: 8 }, () => start(body));
    await Promise.all(programs.map(({ ready }) => ready));
    for (const { child } of programs) child.stdin.write('go\n');
    const said = (await Promise.all(programs.map(({ ended }) => ended))).flatMap((out) => out.trim().split(/\s+/).slice(1));
    expect(said).toEqual(Array.from({ length: 40 }, () => 'access-token-2'));
    expect([service.renewals, service.reused]).toEqual([1, 0]);
  }, 60_000);

  it('renew over and over, each time on top of what the other left', async () => {
    await signIn(directory, service.url, grant);
    const body = `for (let i = 0; i < 10; i += 1) await renewSession(...at, { always: true }); console.log('done');`;
    const programs = Array.from({ length: 4 }, () => start(body));
    expect(await Promise.all(programs.map(({ ended }) => ended))).toEqual(Array.from({ length: 4 }, () => 'done\n'));
    expect([service.renewals, service.reused]).toEqual([40, 0]);
  }, 60_000);

  it('killed while it renews, it holds no lock and leaves no token behind; the next one goes on', async () => {
    await signIn(directory, service.url, grant);
    let asked: () => void;
    const hangs = new Promise<void>((done) => (asked = done));
    const [answerAll] = service.server.listeners('request') as ((...given: unknown[]) => void)[];
    service.server.removeAllListeners('request').once('request', () => asked());
    const { child, ended } = start(`await renewSession(...at, { always: true });`);
    await hangs;
    child.kill('SIGKILL');
    await ended;
    expect((await readdir(directory)).filter((name) => /json\./.test(name))).toHaveLength(1);
    if (answerAll !== undefined) service.server.on('request', answerAll);
    // The request had not been carried out.
    expect(await renewSession(directory, service.url, { always: true })).toMatchObject({ accessToken: 'access-token-2' });
    expect((await readdir(directory)).filter((name) => /json\./.test(name))).toEqual([]);
  }, 60_000);

  it('loses the answer to a renewal: the old token is tried once more, and then one must sign in again', async () => {
    await signIn(directory, service.url, grant);
    service.broken.push('hang up after it is done');
    expect(await outcome(renewSession(directory, service.url, { always: true }))).toBe('NotReady');
    expect(await currentAccessToken(directory, service.url)).toBe('access-token-1');
    // A service with no grace takes this for a theft.
    expect(await outcome(renewSession(directory, service.url, { always: true }))).toBe('NotSignedIn');
  });
});
