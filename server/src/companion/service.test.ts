import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fromLab, starts, useHouse } from './testing/house.ts';

const house = useHouse();
const secret = 'a-token-of-the-service';

/** A service that says what it got; over HTTPS it shows a certificate that only `ca` vouches for. */
async function startService(tls?: { key: string; cert: string }): Promise<{ server: Server; port: number }> {
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on('request', (request, answer) => {
    answer
      .setHeader('Content-Type', 'application/json')
      .end(JSON.stringify({ url: request.url, method: request.method, headers: request.headers }));
  });
  server.on('upgrade', (request, socket) => {
    socket.end(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n${request.url} ${request.headers.authorization}`,
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, port: (server.address() as AddressInfo).port };
}

function selfSigned(dir: string): { key: string; cert: string; certPath: string } {
  const [keyPath, certPath] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost`;
  const { status, stderr } = spawnSync('openssl', [...words.split(' '), '-keyout', keyPath, '-out', certPath], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl: ${stderr}`);
  return { key: readFileSync(keyPath, 'utf8'), cert: readFileSync(certPath, 'utf8'), certPath };
}

describe('a Lab that works with a service', () => {
  let server: Server;
  let port: number;
  let tokenFile: string;
  beforeEach(async () => {
    ({ server, port } = await startService());
    tokenFile = join(house().dataDirectory, '..', 'service-token');
    await mkdir(house().dataDirectory, { recursive: true });
    await writeFile(tokenFile, `${secret}\n`, { mode: 0o600 });
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const connect = (url: string) =>
    writeFile(join(house().dataDirectory, 'service.json'), JSON.stringify({ url, tokenFile }), { mode: 0o600 });
  const post = { method: 'POST', path: '/api/jobs', headers: { ...fromLab, 'x-forwarded-host': 'lab' }, body: '{}' };

  it('sends requests there, with its token, below its path, and starts no server here', async () => {
    await connect(`http://127.0.0.1:${port}/wms/`);
    const companion = await house().startCompanion();
    const answer = await companion.ask(post);
    const got = answer.json<{ url: string; headers: Record<string, string> }>();
    expect(got).toMatchObject({ url: '/wms/api/jobs', headers: { authorization: `Bearer ${secret}`, host: `127.0.0.1:${port}` } });
    expect(Object.keys(got.headers)).toEqual(expect.not.arrayContaining(['cookie', 'origin', 'x-forwarded-host']));
    expect(JSON.stringify(got)).not.toContain('lab');
    expect((await companion.ask({ ...post, headers: { ...fromLab, origin: 'http://evil' } })).status).toBe(403);
    expect(starts(house())).toBe(0);
  });

  it('changes over when a service is chosen or left while it runs', async () => {
    const companion = await house().startCompanion();
    expect((await companion.ask({ path: '/api/seen', headers: fromLab })).json<{ env?: unknown }>()).toHaveProperty('env');
    await connect(`http://localhost:${port}`);
    expect((await companion.ask(post)).json<object>()).toMatchObject({ url: '/api/jobs', method: 'POST' });
    await rm(join(house().dataDirectory, 'service.json'));
    expect((await companion.ask({ path: '/api/seen', headers: fromLab })).json<{ env?: unknown }>()).toHaveProperty('env');
    expect(starts(house())).toBe(1);
  });

  it('is told by the environment before any file, with ~ for each home, and by a link to a mounted secret', async () => {
    await connect('http://127.0.0.1:1');
    const home = join(house().dataDirectory, '..');
    await symlink(tokenFile, join(home, 'mounted'));
    const env = { DIRACLAB_SERVICE_URL: `http://127.0.0.1:${port}`, DIRACLAB_SERVICE_TOKEN_FILE: '~/mounted', HOME: home };
    const companion = await house().startCompanion({ env });
    expect((await companion.ask(post)).json<object>()).toMatchObject({ headers: { authorization: `Bearer ${secret}` } });
  });

  it('speaks HTTPS to it, requests and WebSockets, and trusts only certificates it can check', async () => {
    const { certPath, ...tls } = selfSigned(join(house().dataDirectory, '..'));
    const secure = await startService(tls);
    try {
      await connect(`https://localhost:${secure.port}/wms`);
      const careful = await house().startCompanion();
      const refused = await careful.ask(post);
      expect(refused.status).toBe(503);
      expect(refused.json()).toMatchObject({
        code: 'NotReady',
        detail: expect.stringMatching(/^The service https:\/\/localhost:\d+\/wms cannot be reached \(self-signed/),
      });

      const companion = await house().startCompanion({ env: { NODE_EXTRA_CA_CERTS: certPath } });
      for (const path of ['/api/a', '/api/b'])
        expect((await companion.ask({ ...post, path })).json<object>()).toMatchObject({ url: `/wms${path}` });
      expect((await companion.ask({ path: '/api/c', headers: fromLab })).status).toBe(200);
      const asking = companion.open({ path: '/api/live', headers: { ...fromLab, connection: 'Upgrade', upgrade: 'websocket' } }).end();
      const text = await new Promise<string>((done, failed) => {
        asking.on('upgrade', (_answer, socket, head) => {
          let received = head.toString();
          socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
          socket.on('end', () => done(received));
        });
        asking.on('error', failed);
      });
      expect(text).toBe(`/wms/api/live Bearer ${secret}`);
    } finally {
      secure.server.closeAllConnections();
      secure.server.close();
    }
  });

  it.each([
    [
      'a service that is away',
      async () => connect('http://127.0.0.1:1'),
      /^The service http:\/\/127\.0\.0\.1:1 cannot be reached \(connect ECONNREFUSED/,
    ],
    ['an address that would show the token to the network', async () => connect('http://dirac.example.org'), /must be https:\/\/HOST/],
    [
      'a token that others can read',
      async () => connect('http://127.0.0.1:1').then(() => chmod(tokenFile, 0o644)),
      /can be read or written by others \(mode 644\)/,
    ],
    ['no token', async () => connect('http://127.0.0.1:1').then(() => rm(tokenFile)), /cannot be read: ENOENT/],
    ['a file that names nothing', async () => writeFile(join(house().dataDirectory, 'service.json'), '[]'), /Run "diraclab connect" again/],
  ])('says in a sentence that there is %s, and does not turn to another server', async (_what, prepare, expected) => {
    await prepare();
    const companion = await house().startCompanion();
    const answer = await companion.ask(post);
    expect(answer.status).toBe(503);
    expect(answer.json<{ detail: string }>().detail).toMatch(expected);
    expect(answer.body.toString() + companion.stderr()).not.toContain(secret);
    expect(starts(house())).toBe(0);
  });
});
