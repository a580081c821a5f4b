import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, lstat, mkdir, mkdtemp, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { defaultDataDirectory } from './data-directory.ts';
import { checkSocketPathLength, privateSocketPath } from './private-socket-path.ts';
import { removeDeadSocket } from './remove-dead-socket.ts';
import { readServerFile, removeServerFile, writeServerFile } from './server-file.ts';
import { ensureToken, readToken } from './token.ts';

let place: string;
beforeEach(async () => {
  place = await realpath(await mkdtemp('/tmp/dl-'));
});
afterEach(async () => {
  await rm(place, { recursive: true });
});
const itAsRoot = process.getuid?.() === 0 ? it : it.skip;

describe('where a server listens', () => {
  it('is the same place after a restart and by every name of the directory, and another for another directory', async () => {
    await mkdir(join(place, 'run'), { mode: 0o700 });
    for (const name of ['one', 'two']) await mkdir(join(place, name));
    await symlink(join(place, 'one'), join(place, 'alias'));
    const path = await privateSocketPath(join(place, 'one'), join(place, 'run'));
    expect(path).toMatch(/\/run\/diraclab\/[0-9a-f]{16}\/s$/);
    expect(await privateSocketPath(join(place, 'alias'), join(place, 'run'))).toBe(path);
    expect(await privateSocketPath(join(place, 'two'), join(place, 'run'))).not.toBe(path);
    for (const dir of [dirname(path), dirname(dirname(path))]) expect((await stat(dir)).mode & 0o777).toBe(0o700);
  });

  it('is closed again when its directories were opened to others', async () => {
    await mkdir(join(place, 'run'), { mode: 0o700 });
    const path = await privateSocketPath(place, join(place, 'run'));
    await chmod(dirname(path), 0o777);
    await chmod(dirname(dirname(path)), 0o755);
    expect(await privateSocketPath(place, join(place, 'run'))).toBe(path);
    for (const dir of [dirname(path), dirname(dirname(path))]) expect((await stat(dir)).mode & 0o777).toBe(0o700);
  });

  it.each([
    ['is not set', async () => undefined],
    ['is missing', async () => join(place, 'missing')],
    ['is relative', async () => 'run'],
    ['is open to others', async () => (await mkdir(join(place, 'open')), await chmod(join(place, 'open'), 0o755), join(place, 'open'))],
    ['is a symbolic link', async () => (await symlink(place, join(place, 'link')), join(place, 'link'))],
    ['is too long', async () => (await mkdir(join(place, 'x'.repeat(60)), { mode: 0o700 }), join(place, 'x'.repeat(60)))],
  ])('is in /tmp when the runtime directory %s', async (_why, make) => {
    const path = await privateSocketPath(place, await make());
    expect(path).toMatch(new RegExp(`^/tmp/diraclab-${process.getuid?.()}/[0-9a-f]{16}/s$`));
    expect(Buffer.byteLength(path)).toBeLessThan(100);
    await rm(dirname(path), { recursive: true });
  });

  itAsRoot("is refused in somebody else's directory", async () => {
    await mkdir(join(place, 'run'), { mode: 0o700 });
    const path = await privateSocketPath(place, join(place, 'run'));
    await chown(dirname(path), 12345, 12345);
    await expect(privateSocketPath(place, join(place, 'run'))).rejects.toThrow(
      /belongs to user 12345\. Remove it, or choose a socket with --socket PATH/,
    );
  });

  it('is refused where a link or a file stands in its way', async () => {
    await mkdir(join(place, 'run'), { mode: 0o700 });
    await mkdir(join(place, 'elsewhere'));
    await symlink(join(place, 'elsewhere'), join(place, 'run/diraclab'));
    await expect(privateSocketPath(place, join(place, 'run'))).rejects.toThrow(/must be a directory .* and is something else/);
  });

  it('may not be longer than the system takes', () => {
    expect(() => checkSocketPathLength(`/tmp/${'x'.repeat(60)}`)).not.toThrow();
    expect(() => checkSocketPathLength(`/tmp/${'x'.repeat(120)}`)).toThrow(
      /is 125 bytes long; this system takes at most \d+\. Choose a shorter one/,
    );
  });
});

describe('a socket that is there already', () => {
  it('goes when its process was killed', async () => {
    const path = join(place, 's');
    const child = spawn(process.execPath, ['-e', `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`]);
    await once(child.stdout, 'data');
    await expect(removeDeadSocket(path)).rejects.toThrow(/Another process listens on/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await lstat(path)).isSocket()).toBe(true);
    await removeDeadSocket(path);
    const server = createServer().listen(path);
    await once(server, 'listening');
    await new Promise((closed) => server.close(closed));
    await removeDeadSocket(path);
  });

  it('stays when it is no socket', async () => {
    await writeFile(join(place, 's'), 'precious');
    await expect(removeDeadSocket(join(place, 's'))).rejects.toThrow(/should be a socket and is something else/);
    expect(await readFile(join(place, 's'), 'utf8')).toBe('precious');
  });
});

describe('the token', () => {
  it('is made once, for its owner alone, and kept', async () => {
    const token = await ensureToken(place);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(await ensureToken(place)).toBe(token);
    expect((await readFile(join(place, 'token'), 'utf8')).trim()).toBe(token);
    expect((await stat(join(place, 'token'))).mode & 0o777).toBe(0o600);
  });

  it('is made although a server died while it made one', async () => {
    await writeFile(join(place, 'token.new'), 'half');
    expect(await ensureToken(place)).toHaveLength(43);
  });

  it.each([0o644, 0o620, 0o604])('is refused with mode %o, and the remedy named', async (mode) => {
    await ensureToken(place);
    await chmod(join(place, 'token'), mode);
    await expect(ensureToken(place)).rejects.toThrow(/can be read or written by others \(mode 6\d\d\)\. Remove it and restart the server/);
  });

  it('is refused when it is a link, or empty', async () => {
    expect(await readToken(place)).toBeUndefined();
    await writeFile(join(place, 'token'), '', { mode: 0o600 });
    await expect(ensureToken(place)).rejects.toThrow(/holds no token/);
    await rm(join(place, 'token'));
    await symlink('/etc/hostname', join(place, 'token'));
    await expect(ensureToken(place)).rejects.toThrow(/it is a symbolic link/);
  });

  itAsRoot('is refused when it belongs to somebody else', async () => {
    await ensureToken(place);
    await chown(join(place, 'token'), 12345, 12345);
    await expect(ensureToken(place)).rejects.toThrow(/belongs to user 12345/);
  });
});

describe('server.json', () => {
  const server = { address: 'unix:/run/s', pid: process.pid, version: '1.0.0', startTime: '2026-01-01T00:00:00Z' };

  it('is read as it was written, by its owner alone, and taken back', async () => {
    await writeServerFile(place, server);
    expect(await readServerFile(place)).toEqual(server);
    expect((await stat(join(place, 'server.json'))).mode & 0o777).toBe(0o600);
    await removeServerFile(place);
    expect(await readServerFile(place)).toBeUndefined();
    await removeServerFile(place);
  });

  it('of a successor stays, and nonsense is as good as none', async () => {
    await writeServerFile(place, { ...server, pid: 1 });
    await removeServerFile(place);
    expect((await readServerFile(place))?.pid).toBe(1);
    for (const nonsense of ['', '{', 'null', '{"address":"ftp://x","pid":1}', '{"address":"unix:/s"}']) {
      await writeFile(join(place, 'server.json'), nonsense);
      expect(await readServerFile(place)).toBeUndefined();
    }
  });

  it('is never seen half written', async () => {
    await writeServerFile(place, server);
    let done = false;
    const writing = (async () => {
      for (let round = 0; round < 200; round += 1) await writeServerFile(place, { ...server, version: 'x'.repeat(5_000) });
    })().finally(() => (done = true));
    while (!done) expect((await readServerFile(place))?.pid).toBe(process.pid);
    await writing;
  });
});

describe('the data directory by default', () => {
  it('is where the environment says, first ours, then the desktop standard, then the home directory', () => {
    expect(defaultDataDirectory({ DIRACLAB_DATA: '/d', XDG_DATA_HOME: '/x' }, '/home/alice')).toBe('/d');
    expect(defaultDataDirectory({ DIRACLAB_DATA: '', XDG_DATA_HOME: '/x' }, '/home/alice')).toBe('/x/diraclab');
    expect(defaultDataDirectory({ XDG_DATA_HOME: 'relative' }, '/home/alice')).toBe('/home/alice/.local/share/diraclab');
  });
});
