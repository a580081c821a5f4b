import { chmod, copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startTinyServer, type TinyServer } from '../../testing/tiny-server';
import { makeBundle, runProgram } from '../testing/run-bundle';

let cli: string;
let own: TinyServer;
let service: TinyServer;
let tokenFile: string;
let cwd: string;

beforeAll(async () => {
  cli = makeBundle();
  service = await startTinyServer('tcp');
});
afterAll(async () => {
  await service.stop();
  await rm(dirname(cli), { recursive: true });
});
beforeEach(async () => {
  own = await startTinyServer();
  cwd = await mkdtemp(join(tmpdir(), 'work-'));
  tokenFile = join(cwd, 'token');
  await copyFile(join(service.directory, 'token'), tokenFile);
  await chmod(tokenFile, 0o600);
});
afterEach(async () => {
  await own.stop();
  await rm(cwd, { recursive: true });
});

const run = (words: string[], env: Record<string, string> = own.env) => runProgram(process.execPath, [cli, ...words], { cwd, env });
const remembered = 'service.json';

describe('diraclab connect', () => {
  it('asks the service who alice is, and from then on her commands go there; disconnect brings them back', async () => {
    expect(await run(['diraclab'])).toMatchObject({ code: 0, out: expect.stringContaining('a server of your own') });
    const connected = await run(['diraclab', 'connect', `${service.address()}/`, '--token-file', 'token']);
    expect(connected).toEqual({ code: 0, out: expect.stringMatching(`^alice .* at ${service.address()}, a service, version`), err: '' });

    const path = join(own.directory, remembered);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ url: service.address(), tokenFile });
    expect((await stat(path)).mode & 0o777).toBe(0o600);

    const submitted = Number((await run(['dsub', '/bin/true'])).out);
    expect(service.jobs.has(submitted)).toBe(true);
    expect(own.jobs.has(submitted)).toBe(false);

    expect(await run(['diraclab', 'disconnect'])).toEqual({ code: 0, out: '', err: 'Disconnected.\n' });
    expect((await run(['diraclab', 'status', '--json'])).out).toContain('"address": "unix:');
    expect((await run(['diraclab', 'disconnect'])).err).toBe('There was no connection to a service.\n');
  });

  it('is done by the environment, too', async () => {
    const env = { ...own.env, DIRACLAB_SERVICE_URL: service.address(), DIRACLAB_SERVICE_TOKEN_FILE: tokenFile };
    expect((await run(['diraclab', 'status'], env)).out).toContain(service.address());
    const half = await run(['dstat'], { ...own.env, DIRACLAB_SERVICE_URL: service.address() });
    expect(half).toMatchObject({ code: 5, err: expect.stringContaining('dlogin') });
  });

  it.each([
    ['an address in the clear', () => ['connect', 'http://dirac.example.org', '--token-file', 'token'], 2, 'must be https://HOST'],
    ['no address', () => ['connect', '--token-file', 'token'], 2, 'takes one address'],
    ['an option of another word', () => ['connect', service.address(), '--scopes', 'jobs:read'], 2, 'belong to token create'],
    ['no token file', () => ['connect', service.address(), '--token-file', 'nowhere'], 2, 'cannot be read (ENOENT)'],
    ['nobody there', () => ['connect', 'http://127.0.0.1:1', '--token-file', 'token'], 7, 'ECONNREFUSED'],
    ['a word it does not know', () => ['conect'], 2, 'Did you mean connect'],
  ])('refuses %s and remembers nothing', async (_what, words, code, message) => {
    const ran = await run(['diraclab', ...words()]);
    expect(ran).toMatchObject({ code, out: '', err: expect.stringContaining(message) });
    expect(await readdir(own.directory)).not.toContain(remembered);
  });

  it('refuses a token that others can read, one that is none, and one that the service does not take', async () => {
    const connect = () => run(['diraclab', 'connect', service.address(), '--token-file', 'token']);
    await chmod(tokenFile, 0o640);
    expect(await connect()).toMatchObject({ code: 2, err: expect.stringContaining('mode 640') });
    await chmod(tokenFile, 0o600);
    await writeFile(tokenFile, 'two words');
    expect(await connect()).toMatchObject({ code: 2, err: expect.stringContaining('one word') });
    await writeFile(tokenFile, 'someone-elses-token');
    const refused = await connect();
    expect(refused.code).toBe(5);
    expect(refused.err).not.toContain('someone-elses');
    expect(await readdir(own.directory)).not.toContain(remembered);
  });
});
