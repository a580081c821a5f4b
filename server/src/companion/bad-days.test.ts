import { once } from 'node:events';
import { chmod, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ended, seen, starts, until, useHouse } from './testing/house.ts';

const house = useHouse();

describe('bad days', () => {
  it('says why the server did not start, with its last lines, and tries again later', async () => {
    const companion = await house().startCompanion({ env: { STAND_IN_FAILS: 'The database postgres://db/x does not answer.' } });
    const answer = await companion.ask({ path: '/api/seen' });
    expect(answer.status).toBe(503);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    const { detail, next } = answer.json<{ detail: string; next: string }>();
    expect(detail).toMatch(
      /^The server of \/\S+\/data could not be started: it ended with exit code 1\. Its last lines: .*The database postgres:\/\/db\/x does not answer\.$/s,
    );
    expect(next).toContain('server.log');
    // A panel that asks on and on does not make it start on and on.
    const begun = starts(house());
    for (let round = 0; round < 20; round += 1) await companion.ask({ path: '/api/seen' });
    expect(starts(house()) - begun).toBeLessThanOrEqual(1);
  });

  it('says that the data directory cannot be written', async () => {
    await writeFile(house().dataDirectory, 'a file');
    const answer = await (await house().startCompanion()).ask({ path: '/api/seen' });
    expect(answer.status).toBe(503);
    expect(answer.json()).toMatchObject({
      detail: expect.stringMatching(/data cannot be used: .* is not a directory\. Choose another with --data DIR or DIRACLAB_DATA\./),
    });
    await rm(house().dataDirectory);
  });

  it('says that the token can be read by others, and does not send it', async () => {
    const companion = await house().startCompanion();
    const { pid } = await seen(companion);
    process.kill(pid, 'SIGTERM');
    await ended(pid);
    await chmod(join(house().dataDirectory, 'token'), 0o644);
    const answer = await companion.ask({ path: '/api/seen' });
    expect(answer.status).toBe(503);
    expect(answer.json()).toMatchObject({ detail: expect.stringMatching(/can be read or written by others \(mode 644\)/) });
  });

  it('waits for a server that does not answer, starts no second one, and names it', async () => {
    const companion = await house().startCompanion();
    const { pid } = await seen(companion);
    process.kill(pid, 'SIGSTOP');
    const second = await house().startCompanion();
    const answer = await second.ask({ path: '/api/seen' });
    expect(answer.status).toBe(503);
    expect(answer.json()).toMatchObject({ detail: expect.stringContaining(`the server with pid ${pid} (address unix:`) });
    expect(starts(house())).toBe(1);
    process.kill(pid, 'SIGCONT');
    await until(async () => (await second.ask({ path: '/api/seen' })).status === 200, 'it answers again');
  }, 60_000);

  it('refuses a socket path that is too long in one line', async () => {
    const companion = await house().startCompanion({ args: ['--socket', `/tmp/${'x'.repeat(120)}`] });
    if (companion.process.exitCode === null) await once(companion.process, 'exit');
    expect(companion.process.exitCode).toBe(1);
    expect(companion.stderr()).toMatch(/^companion: The socket path \S+ is 125 bytes long; .* set TMPDIR .*\n$/);
  });

  it('keeps the log of the server below 10 MB', async () => {
    await (await house().startCompanion()).stop();
    await until(async () => (await stat(house().dataDirectory).catch(() => undefined)) !== undefined, 'the directory is there');
    await until(async () => (await house().serverPid()) !== undefined, 'the server is there');
    process.kill((await house().serverPid()) ?? 0, 'SIGTERM');
    await ended((await house().serverPid()) ?? 0);
    await writeFile(join(house().dataDirectory, 'server.log'), 'x'.repeat(11 * 1024 * 1024));
    await seen(await house().startCompanion());
    expect((await stat(join(house().dataDirectory, 'server.log'))).size).toBeLessThan(1_000);
    expect((await stat(join(house().dataDirectory, 'server.log.1'))).size).toBe(11 * 1024 * 1024);
  });
});
