import { sessionFilePath } from '@diraclab/contract/sign-in';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startTinyServer } from '../../testing/tiny-server';
import { startTinyService, type TinyService } from '../../testing/tiny-service';
import { makeBundle, runProgram, type Ran } from '../testing/run-bundle';

let cli: string;
let service: TinyService;
let home: string;
let env: Record<string, string>;
/** All that was printed: no token may be in it. */
let printed: string[];

beforeAll(() => {
  cli = makeBundle();
});
afterAll(() => rm(dirname(cli), { recursive: true }));
beforeEach(async () => {
  service = await startTinyService();
  home = await mkdtemp(join(tmpdir(), 'home-'));
  env = { DIRACLAB_DATA: join(home, 'data') };
  printed = [];
});
afterEach(async () => {
  service.stop();
  await rm(home, { recursive: true });
  expect(printed.join('\n')).not.toMatch(/access-canary|refresh-canary|device-canary/);
});

async function run(line: string, more: Record<string, string> = {}): Promise<Ran> {
  const ran = await runProgram(process.execPath, [cli, ...line.split(' ')], { cwd: home, env: { ...env, ...more } });
  printed.push(ran.out, ran.err);
  return ran;
}
const sessionPath = () => sessionFilePath(env['DIRACLAB_DATA'] ?? '', service.url);

describe('alice connects to a service', () => {
  it('signs in with a link and a code, and all her commands know her', async () => {
    const connected = await run(`diraclab connect ${service.url}`);
    expect(connected).toMatchObject({ code: 0, out: '', err: expect.stringContaining('Now sign in: "dlogin"') });
    const before = await run('dstat');
    expect(before).toMatchObject({ code: 5, out: '', err: expect.stringMatching(/not signed in.*\n.*dlogin.*Sign in/) });

    service.state.polls.push('SignInPending', 'SignInPending');
    const signedIn = await run('dlogin -g cta_user --vo cta');
    expect(signedIn).toMatchObject({ code: 0, out: '' });
    expect(signedIn.err).toContain(`${service.url}/api/identity/device?userCode=ABCD-EFGH`);
    expect(signedIn.err).toContain('code  ABCD-EFGH');
    expect(signedIn.err).toContain('Signed in as alice, group cta_user of VO cta');
    expect(service.state.choices).toEqual([{ vo: 'cta', ownerGroup: 'cta_user' }]);
    expect((await stat(sessionPath())).mode & 0o777).toBe(0o600);

    expect((await run('dstat')).code).toBe(0);
    const me = await run('dwhoami');
    expect(me.out).toMatch(
      /^username {5}: alice\nDIRAC group {2}: cta_user\nVO {11}: cta\nproperties {3}: NormalUser\ntimeleft {5}: 29 days, 23:59:\d\d\nserver/,
    );
    expect(JSON.parse((await run('dwhoami --json')).out)).toMatchObject({
      v: 1,
      owner: 'alice',
      address: service.url,
      signInEndTime: expect.any(String),
    });
    expect((await run('diraclab status')).out).toContain('a service');
  });

  it.each([
    ['SignInRefused', 6, 'refused'],
    ['SignInExpired', 5, 'refused'],
  ] as const)('is told when the sign-in ends with %s', async (outcome, code, said) => {
    await run(`diraclab connect ${service.url}`);
    service.state.polls.push('SlowDown', outcome);
    expect(await run('dlogin')).toMatchObject({ code, err: expect.stringContaining(said) });
    expect(await run('dwhoami')).toMatchObject({ code: 5 });
  });

  it('is not sent to sign in at one person’s own server', async () => {
    service.state.mode = 'laptop';
    expect(await run(`diraclab connect ${service.url}`)).toMatchObject({ code: 2, err: expect.stringContaining('--token-file') });
    expect(await readdir(home)).not.toContain('data');
  });
});

describe('signed in', () => {
  beforeEach(async () => {
    await run(`diraclab connect ${service.url}`);
    await run('dlogin');
  });

  it('sees the groups, changes between them, and is told which there are', async () => {
    expect((await run('dgroups')).out.split('\n')).toEqual([
      '   VO      OwnerGroup  Properties',
      expect.stringMatching(/^=+$/),
      '*  cta     cta_user    NormalUser',
      '   cta     cta_prod    NormalUser, JobAdministrator',
      '   biomed  user        NormalUser',
      '',
    ]);
    expect(await run('dinit -g cta_prod')).toMatchObject({ code: 0, err: expect.stringContaining('group cta_prod of VO cta') });
    expect((await run('dwhoami')).out).toContain('DIRAC group  : cta_prod');
    expect((await run('dinit --vo biomed --json')).out).toContain('"ownerGroup":"user"');
    expect(await run('dinit -g nobody')).toMatchObject({ code: 6, err: expect.stringContaining('cta_user (VO cta), cta_prod (VO cta)') });
    // The one by default.
    expect((await run('dinit --vo cta')).err).toContain('group cta_user');
  });

  it('renews with dinit, and signs in again where the service has ended the sign-in', async () => {
    const before = service.state.access;
    expect((await run('dinit')).code).toBe(0);
    expect(service.state.access).not.toBe(before);
    service.state.access = service.state.refresh = 'ended';
    const ended = await run('dstat');
    expect(ended).toMatchObject({ code: 5, err: expect.stringMatching(/has ended.*\n.*dlogin/) });
    expect(await readFile(sessionPath(), 'utf8')).not.toContain('canary');
    expect((await run('dinit')).err).toContain('ABCD-EFGH');
    expect((await run('dstat')).code).toBe(0);
  });

  it('carries on with a new token where the service took the old one back early', async () => {
    service.state.access = 'another';
    expect((await run('dstat')).code).toBe(0);
  });

  it('signs out, here in any case', async () => {
    expect(await run('dlogout')).toMatchObject({ code: 0, err: expect.stringContaining('Signed out') });
    expect(service.state.signedOut).toBe(1);
    expect((await run('dwhoami')).code).toBe(5);
    expect((await run('dlogout')).err).toContain('You were not signed in');
    await run('dlogin');
    service.stop();
    expect(await run('dlogout')).toMatchObject({ code: 3, err: expect.stringContaining('was not told') });
    expect(await readdir(dirname(sessionPath()))).not.toContain(sessionPath());
    expect((await run('dstat')).code).toBe(5);
  });

  it('makes tokens for scripts: narrowed, into a file of its own, shown once', async () => {
    const made = await run('diraclab token create nightly --scopes jobs:read,jobs:write --days 90 --out nightly-token');
    expect(made).toMatchObject({ code: 0, out: '', err: expect.stringContaining('Token t1 (jobs:read, jobs:write)') });
    const path = join(home, 'nightly-token');
    expect([(await stat(path)).mode & 0o777, await readFile(path, 'utf8')]).toEqual([0o600, 'dlp_secret-canary\n']);
    expect(made.err).not.toContain('dlp_');
    expect(await run('diraclab token create x --scopes jobs:read --out nightly-token')).toMatchObject({ code: 2 });
    expect(service.state.made).toHaveLength(1);
    expect((await run('diraclab token create other --scopes data:read')).out).toBe('dlp_secret-canary\n');
    expect((await run('diraclab token list')).out).toMatch(/t1 +nightly +jobs:read,jobs:write +cta +cta_user +2026-12-23 10:00:00/);
    expect((await run('diraclab token revoke t1')).code).toBe(0);
    expect((await run('diraclab token list --json')).out).not.toContain('nightly');
    for (const wrong of [
      'token create',
      'token create x',
      'token creat x',
      'token create x --scopes jobs:read --days soon',
      'status --out f',
    ])
      expect([wrong, (await run(`diraclab ${wrong}`)).code]).toEqual([wrong, 2]);
    expect((await run('diraclab token create x --scopes everything')).code).toBe(2);
  });
});

describe('where nobody signs in', () => {
  it('on a laptop the commands say so, and dwhoami tells the laptop’s user', async () => {
    const own = await startTinyServer();
    try {
      for (const command of ['dlogin', 'dinit', 'dlogout', 'dgroups'])
        expect(await run(command, own.env)).toMatchObject({ code: 0, out: '', err: expect.stringContaining('no sign-in is needed') });
      const me = await run('dwhoami', own.env);
      expect(me.out).toContain('username     : alice');
      expect(me.out).not.toContain('timeleft');
    } finally {
      await own.stop();
    }
  });

  it('a token in a file says who one is: dlogin says how to sign in instead', async () => {
    await mkdir(env['DIRACLAB_DATA'] ?? '');
    await writeFile(join(home, 'token'), 'a-token-of-the-service', { mode: 0o600 });
    const byFile = { DIRACLAB_SERVICE_URL: service.url, DIRACLAB_SERVICE_TOKEN_FILE: join(home, 'token') };
    expect(await run('dlogin', byFile)).toMatchObject({ code: 2, err: expect.stringContaining('without --token-file') });
    const byUrl = { DIRACLAB_URL: service.url, DIRACLAB_TOKEN_FILE: join(home, 'token') };
    expect(await run('dlogin', byUrl)).toMatchObject({ code: 2, err: expect.stringContaining('DIRACLAB_TOKEN_FILE says who you are') });
    expect(await run('dlogin', { DIRACLAB_SERVICE_URL: service.url })).toMatchObject({ code: 0 });
  });
});
