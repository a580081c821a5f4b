import { submitJobs, uploadSandboxFile } from '@diraclab/contract';
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { allJobs, runServer, untilFinal, useRealServers } from '../grid/real-server.ts';

const { start, newDirectory } = useRealServers();

/** One sentence that names the thing and the remedy, and no stack. */
function expectSentence(text: string, ...parts: (string | RegExp)[]): void {
  for (const part of parts) expect(text).toMatch(part);
  expect(text).not.toMatch(/\n\s+at /);
}

describe('a server that cannot start says why and what to do', () => {
  it('another server on the same data directory', async () => {
    const first = await start(['--no-local-site']);
    const { code, err } = await runServer(['--data', first.dataDirectory]);
    expect(code).not.toBe(0);
    expectSentence(err, 'in use by a server with pid', String(first.pid), '--data');
  });

  it('a port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, err } = await runServer(['--data', newDirectory(), '--listen', `127.0.0.1:${port}`, '--no-local-site']);
    other.close();
    expect(code).toBe(1);
    expectSentence(err, String(port), 'in use', '--listen');
  });

  it.each([
    ['a wrong database URL', 'nonsense', /database URL is not one of PostgreSQL.*postgres:\/\//],
    ['a database that does not answer', 'postgres://nobody@127.0.0.1:1/none', /127\.0\.0\.1/],
  ])('%s', async (_title, url, named) => {
    const { code, err } = await runServer(['--data', newDirectory(), '--database', url, '--no-local-site']);
    expect(code).toBe(1);
    expectSentence(err, named);
  });

  it('a password in a database URL is in no message', async () => {
    const { err } = await runServer([
      '--data',
      newDirectory(),
      '--database',
      'postgres://nobody:canary-5ecret@127.0.0.1:1/none',
      '--no-local-site',
    ]);
    expect(err).not.toContain('canary-5ecret');
  });

  it.each([
    ['an unknown option', ['--dta', 'x'], /--dta/],
    ['a public address', ['--listen', '0.0.0.0:80'], /loopback/],
    ['no port', ['--listen', '127.0.0.1'], /HOST:PORT/],
    ['two places to listen', ['--listen', '127.0.0.1:0', '--socket', '/tmp/x'], /not both/],
    ['too few slots', ['--slots', '0'], /slots/],
    ['a missing configuration file', ['--config', '/nowhere/config.json'], /\/nowhere\/config\.json/],
  ])('%s', async (_title, words, sentence) => {
    const { code, err } = await runServer(['--data', newDirectory(), ...words]);
    expect(code).toBe(1);
    expectSentence(err, sentence);
  });

  it('a configuration file with a mistake', async () => {
    const directory = newDirectory();
    writeFileSync(join(directory, 'config.json'), '{"slots": "many"}');
    const { code, err } = await runServer(['--data', directory]);
    expect(code).toBe(1);
    expectSentence(err, 'config.json', 'slots');
  });

  it('a file that is not a database', async () => {
    const directory = newDirectory();
    writeFileSync(join(directory, 'diraclab.sqlite'), 'this is a letter to my aunt, and rather longer than a header\n'.repeat(20));
    const { code, err } = await runServer(['--data', directory, '--no-local-site']);
    expect(code).toBe(1);
    expectSentence(err, 'diraclab.sqlite', /not.*database/i);
  });

  it('--help explains', async () => {
    const { code, out } = await runServer(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('--database');
  });

  it('a token that others can read', async () => {
    const directory = newDirectory();
    await (await start(['--no-local-site'], directory)).stop();
    expect(statSync(join(directory, 'token')).mode & 0o777).toBe(0o600);
    chmodSync(join(directory, 'token'), 0o644);
    const { code, err } = await runServer(['--data', directory, '--no-local-site']);
    expect(code).toBe(1);
    expectSentence(err, 'token', 'chmod 600');
  });
});

describe('a full disk', () => {
  const place = newMount();
  const run = place === undefined ? it.skip : it;
  afterAll(() => {
    if (place !== undefined) spawnSync('umount', ['-l', place]);
  });

  run(
    'refuses what it cannot keep, loses nothing that it has, and goes on when there is space',
    async () => {
      const directory = join(place ?? '', 'data');
      mkdirSync(directory);
      const server = await start(['--slots', '1'], directory);
      const { jobIds } = await server.call(submitJobs, { body: { description: { executable: '/bin/echo', arguments: ['before'] } } });
      await untilFinal(server, jobIds[0] ?? 0);
      const send = (bytes: Buffer) =>
        server.call.upload(
          uploadSandboxFile,
          { params: { digest: createHash('sha256').update(bytes).digest('hex') } },
          { data: bytes, sizeBytes: bytes.length },
        );
      await expect(send(randomBytes(30 * 1024 * 1024))).rejects.toMatchObject({ code: 'StorageFull' });
      writeFileSync(join(place ?? '', 'ballast'), '');
      spawnSync('sh', ['-c', `cat /dev/zero > '${join(place ?? '', 'ballast')}' 2>/dev/null`]);
      // Too big for whatever page is still free.
      const parameters = Array.from({ length: 5000 }, (_, n) => ({ n }));
      await expect(server.call(submitJobs, { body: { description: { executable: '/bin/true' }, parameters } })).rejects.toMatchObject({
        code: 'StorageFull',
      });
      expect(await allJobs(server)).toHaveLength(1);
      spawnSync('rm', [join(place ?? '', 'ballast')]);
      const again = await server.call(submitJobs, { body: { description: { executable: '/bin/echo', arguments: ['after'] } } });
      expect((await untilFinal(server, again.jobIds[0] ?? 0)).status).toBe('Done');
    },
    90_000,
  );

  /** A file system of 24 MB; undefined, and said loudly, where we may not mount one. */
  function newMount(): string | undefined {
    const path = `/tmp/diraclab-full-${process.pid}`;
    mkdirSync(path, { recursive: true });
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', path]).status === 0) return path;
    process.stderr.write('\n*** SKIPPED: the story of the full disk needs the right to mount a small file system (root). ***\n\n');
    return undefined;
  }
});
