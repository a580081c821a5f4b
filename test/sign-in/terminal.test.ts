import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../grid/real-server.ts';
import { Browser, goingTo } from '../identity/browser.ts';
import { passProvider } from '../identity/stage.ts';
import { startUiService, type UiService } from './service.ts';

jest.setTimeout(120_000);

/** The bundled commands in front of the bundled service, and a real OpenID provider behind it. */
describe('alice in a terminal far from any browser', () => {
  let service: UiService;
  let home: string;
  /** All that was printed. */
  let printed = '';
  beforeAll(async () => {
    service = await startUiService();
    home = mkdtempSync(join(tmpdir(), 'diraclab-terminal-'));
  });
  afterAll(async () => {
    await service?.end();
    rmSync(home, { recursive: true, force: true });
  });

  function start(line: string, env: Record<string, string> = {}) {
    const words = line.split(' ');
    const given = { PATH: process.env['PATH'] ?? '', HOME: home, DIRACLAB_DATA: join(home, 'data'), ...env };
    const child = spawn(process.execPath, [join(root, 'kernel-lib/dist/cli.cjs'), ...words], { cwd: home, env: given, stdio: 'pipe' });
    const ran = { out: '', err: '', code: null as number | null };
    child.stdout.on('data', (chunk: Buffer) => (ran.out += String(chunk)));
    const said = new Promise<void>((done) =>
      child.stderr.on('data', (chunk: Buffer) => {
        ran.err += String(chunk);
        if (ran.err.includes('Waiting for you')) done();
      }),
    );
    const ended = new Promise<typeof ran>((done) =>
      child.on('close', (code) => {
        printed += ran.out + ran.err;
        done(Object.assign(ran, { code }));
      }),
    );
    return { ran, said, ended };
  }
  const run = (line: string, env?: Record<string, string>) => start(line, env).ended;

  it('signs in with a telephone, changes her group, lets a script read, and signs out', async () => {
    expect(await run(`diraclab connect ${service.url}`)).toMatchObject({ code: 0, err: expect.stringContaining('dlogin') });
    expect((await run('dstat')).code).toBe(5);

    const login = start('dlogin');
    await Promise.race([login.said, login.ended]);
    const [link = ''] = /http\S+userCode=\S+/.exec(login.ran.err) ?? [];
    const telephone = new Browser();
    const sent = await telephone.press(await telephone.go(link), { provider: 'egi' });
    await telephone.go(await passProvider(telephone, goingTo(sent), 'alice'));
    expect(await login.ended).toMatchObject({
      code: 0,
      err: expect.stringContaining('Signed in as alice, group example_user of VO vo.example.org'),
    });

    expect((await run('dwhoami')).out).toMatch(
      /username {5}: alice\nDIRAC group {2}: example_user\nVO {11}: vo.example.org\n.*NormalUser\ntimeleft {5}: \d+ days/,
    );
    const submitted = await run('dsub /bin/true');
    expect(submitted).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\n$/) });

    expect((await run('dgroups')).out).toMatch(/\* +vo\.example\.org +example_user/);
    expect(await run('dinit -g other_user')).toMatchObject({ code: 0, err: expect.stringContaining('other_user of VO vo.other.org') });
    expect((await run('dstat -a --ids')).out).toBe('');
    // Refused, she stays what she was.
    expect((await run('dinit -g example_admin --vo vo.other.org')).code).toBe(6);
    expect((await run('dwhoami')).out).toContain('other_user');
    expect((await run('dinit -g example_user')).code).toBe(0);
    expect((await run('dstat -a --ids')).out).toBe(submitted.out);

    expect((await run('diraclab token create nightly --scopes jobs:read --days 1 --out nightly-token')).code).toBe(0);
    const script = { DIRACLAB_URL: service.url, DIRACLAB_TOKEN_FILE: join(home, 'nightly-token'), DIRACLAB_DATA: join(home, 'nowhere') };
    expect((await run('dstat -a --ids', script)).out).toBe(submitted.out);
    expect((await run('dsub /bin/true', script)).code).toBe(6);
    const [, tokenId = ''] = /^(\S+) +nightly/m.exec((await run('diraclab token list')).out) ?? [];
    expect((await run(`diraclab token revoke ${tokenId}`)).code).toBe(0);

    const secrets = sessionSecrets();
    expect(secrets).toHaveLength(2);
    expect((await run('dlogout')).code).toBe(0);
    expect(await run('dstat')).toMatchObject({ code: 5, err: expect.stringContaining('dlogin') });
    for (const secret of [...secrets, readFileSync(join(home, 'nightly-token'), 'utf8').trim()])
      expect([printed.includes(secret), service.log().includes(secret)]).toEqual([false, false]);
  });

  function sessionSecrets(): string[] {
    const [name = ''] = readdirSync(join(home, 'data')).filter((one) => /^session-.*\.json$/.test(one));
    const { accessToken, refreshToken } = JSON.parse(readFileSync(join(home, 'data', name), 'utf8')) as Record<string, string>;
    return [accessToken ?? '', refreshToken ?? ''].filter((secret) => secret.length > 20);
  }
});
