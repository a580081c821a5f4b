import { isLive, whoAmI } from '@diraclab/contract';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerUnreachable, dataDirectory, findServer, openClient } from './connection';
import { startTinyServer, type TinyServer } from './testing/tiny-server';

let server: TinyServer;
let home: string;
beforeEach(async () => {
  server = await startTinyServer();
  home = await mkdtemp(join(tmpdir(), 'home-'));
});
afterEach(async () => {
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

describe('alice finds her server', () => {
  it('by its data directory, with the token beside it', async () => {
    const call = await openClient(server.env);
    expect(await call(whoAmI, {})).toMatchObject({ owner: 'alice' });
  });

  it('by DIRACLAB_URL and DIRACLAB_TOKEN_FILE, before any data directory', async () => {
    const env = { DIRACLAB_URL: server.address(), DIRACLAB_TOKEN_FILE: join(server.directory, 'token'), DIRACLAB_DATA: '/nowhere' };
    expect((await findServer(env)).address).toBe(server.address());
    expect(await (await openClient(env))(isLive, {})).toMatchObject({ status: 'live' });
  });

  it('over TCP as well as over a socket path', async () => {
    const tcp = await startTinyServer('tcp');
    try {
      expect(await (await openClient(tcp.env))(isLive, {})).toMatchObject({ status: 'live' });
    } finally {
      await tcp.stop();
    }
  });

  it('again after a restart at another address, without her noticing', async () => {
    const call = await openClient(server.env);
    await call(isLive, {});
    const before = server.address();
    await server.restart();
    expect(server.address()).not.toBe(before);
    expect(await call(isLive, {})).toMatchObject({ status: 'live' });
  });
});

describe('where nothing can be found, the error says what to do', () => {
  const refusal = (env: Record<string, string>) => findServer({ HOME: home, ...env }).then(() => 'found', (error: unknown) => error as ServerUnreachable); // prettier-ignore

  it('no server and no Lab: how to start one', async () => {
    const error = (await refusal({})) as ServerUnreachable;
    expect(error).toBeInstanceOf(ServerUnreachable);
    expect(error.message).toContain(join(home, '.local/share/diraclab'));
    expect(error.next).toContain('npm start');
  });

  it('a server.json that a killed server left behind is not believed', async () => {
    await server.halt();
    expect(await refusal(server.env)).toBeInstanceOf(ServerUnreachable);
    await server.restart().catch(() => {});
  });

  it('an address without a token file: the token of the data directory is not sent to it', async () => {
    expect(((await refusal({ DIRACLAB_URL: server.address(), ...server.env })) as ServerUnreachable).message).toContain(
      'DIRACLAB_TOKEN_FILE',
    );
  });

  it('an address of another form, an unreadable token file', async () => {
    expect(((await refusal({ DIRACLAB_URL: 'localhost:80' })) as ServerUnreachable).message).toContain('unix:/PATH');
    const error = await refusal({ DIRACLAB_URL: server.address(), DIRACLAB_TOKEN_FILE: join(home, 'none') });
    expect((error as ServerUnreachable).message).toContain('ENOENT');
  });
});

describe('in Lab the first call starts the server', () => {
  let lab: Server | undefined;
  afterEach(() => new Promise<void>((resolve) => (lab === undefined ? resolve() : lab.close(() => resolve()))));

  /** A Lab whose proxy, asked with the right token, brings up the server of the data directory: here, by writing its files. */
  async function startLab(status: number, wake: () => Promise<void>) {
    const asked: string[] = [];
    lab = createServer((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization}`);
      void wake().then(() => response.writeHead(status).end('{}'));
    });
    await new Promise<void>((resolve) => lab?.listen(0, '127.0.0.1', resolve));
    const { port } = lab.address() as { port: number };
    const runtime = join(home, 'runtime');
    await mkdir(runtime, { recursive: true });
    const url = `http://127.0.0.1:${port}/user/alice/`;
    await writeFile(join(runtime, 'jpserver-4711.json'), JSON.stringify({ url, token: 'of-lab', pid: 4711 }));
    return { asked, url, env: { HOME: home, JUPYTER_RUNTIME_DIR: runtime, DIRACLAB_DATA: join(home, 'data') } };
  }
  const wakeTiny = async () => {
    await mkdir(join(home, 'data'), { recursive: true });
    await writeFile(join(home, 'data/token'), 'secret\n');
    await writeFile(join(home, 'data/server.json'), JSON.stringify({ address: server.address() }));
  };

  it('a kernel knows Lab by JPY_PARENT_PID', async () => {
    const { asked, env } = await startLab(200, wakeTiny);
    expect(await findServer({ ...env, JPY_PARENT_PID: '4711' })).toEqual({ address: server.address(), token: 'secret' });
    expect(asked).toEqual(['/user/alice/dirac/api/health/live token of-lab']);
  });

  it("a terminal by JUPYTER_SERVER_URL, and only Lab's own address gets its token", async () => {
    const { asked, url, env } = await startLab(200, wakeTiny);
    expect(await findServer({ ...env, JUPYTER_SERVER_URL: url.replace('127.0.0.1', 'localhost') })).toMatchObject({ token: 'secret' });
    await rm(join(home, 'data'), { recursive: true });
    await expect(findServer({ ...env, JUPYTER_SERVER_URL: 'http://localhost:1/' })).rejects.toThrow('no JupyterLab was found');
    expect(asked).toHaveLength(1);
  });

  it('says so when the server did not come', async () => {
    const { env } = await startLab(503, async () => {});
    await expect(findServer({ ...env, JPY_PARENT_PID: '4711' })).rejects.toThrow('it answered HTTP 503');
  });
});

it('the data directory: DIRACLAB_DATA, XDG_DATA_HOME, ~/.local/share', () => {
  expect(dataDirectory({ DIRACLAB_DATA: '/d', XDG_DATA_HOME: '/x', HOME: '/h' })).toBe('/d');
  expect(dataDirectory({ XDG_DATA_HOME: '/x', HOME: '/h' })).toBe('/x/diraclab');
  expect(dataDirectory({ HOME: '/h' })).toBe('/h/.local/share/diraclab');
});
