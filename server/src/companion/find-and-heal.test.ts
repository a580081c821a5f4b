import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, stat } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { collect, ended, fromLab, seen, starts, until, useHouse } from './testing/house.ts';
import type { Companion, SeenByServer } from './testing/house.ts';

const house = useHouse();

describe('finding and starting the server', () => {
  it('answers Lab at once, starts the server, and lets requests wait for it', async () => {
    const companion = await house().startCompanion({ env: { STAND_IN_STARTS_AFTER_MS: '1500' } });
    const begunMs = performance.now();
    expect((await companion.ask({ path: '/' })).status).toBe(200);
    expect(performance.now() - begunMs).toBeLessThan(1_000);
    expect(await house().serverPid()).toBeUndefined();
    const answers = await Promise.all(Array.from({ length: 10 }, () => seen(companion)));
    expect(new Set(answers.map(({ pid }) => pid))).toEqual(new Set([await house().serverPid()]));
    expect(starts(house())).toBe(1);
    expect((await stat(companion.socketPath)).mode & 0o077).toBe(0);
  });

  it('ten companions at once have one server, which ends with the last of them and not before', async () => {
    const companions = await Promise.all(Array.from({ length: 10 }, () => house().startCompanion()));
    const pids = await Promise.all(companions.map(async (companion) => (await seen(companion)).pid));
    expect(new Set(pids).size).toBe(1);
    expect(starts(house())).toBe(1);
    const pid = pids[0] ?? 0;
    for (const companion of companions.slice(1)) await companion.stop('SIGKILL');
    await sleep(6_500);
    expect((await seen(companions[0] as Companion)).pid).toBe(pid);
    await companions[0]?.stop();
    await ended(pid);
    expect(await house().serverPid()).toBeUndefined();
  }, 60_000);

  it('joins a server that somebody started by hand, on whatever address', async () => {
    const byHand = spawn(process.execPath, [join(house().dir, 'server.mjs'), '--data', house().dataDirectory, '--listen', '127.0.0.1:0'], {
      stdio: 'ignore',
    });
    try {
      await until(async () => (await house().serverPid()) === byHand.pid, 'it listens');
      const companion = await house().startCompanion();
      expect((await seen(companion)).pid).toBe(byHand.pid);
      expect(starts(house())).toBe(0);
    } finally {
      byHand.kill('SIGKILL');
    }
  });

  it('heals a server killed by -9, for the next request and for those under way', async () => {
    const companion = await house().startCompanion();
    const before = (await seen(companion)).pid;
    // Kept-alive connections to the dead one must not be met again.
    process.kill(before, 'SIGKILL');
    const after = await Promise.all([seen(companion), seen(companion)]);
    expect(after.map(({ pid }) => pid)).not.toContain(before);
    expect(new Set(after.map(({ pid }) => pid)).size).toBe(1);

    // What only reads is asked again; what changes something may have been carried out, and the client is told so.
    const dying = after[0]?.pid;
    const reading = await companion.ask({ path: `/api/die-if?pid=${dying}` });
    expect(reading.status).toBe(200);
    expect(reading.json<SeenByServer>().pid).not.toBe(dying);

    const mutating = { method: 'POST', path: '/api/die', headers: fromLab, body: '{}' };
    const answer = await companion.ask(mutating);
    expect(answer.status).toBe(503);
    expect(answer.json()).toMatchObject({
      code: 'NotReady',
      detail: expect.stringMatching(/^The server \(pid \d+\) went away during POST \/api\/die\.$/),
    });
    expect((await companion.ask({ method: 'POST', path: '/api/echo', headers: fromLab, body: '"again"' })).body.toString()).toBe('"again"');
  });

  it('starts a crashed server again although nobody asks, since its pilots wait for it', async () => {
    const companion = await house().startCompanion();
    const { pid } = await seen(companion);
    process.kill(pid, 'SIGKILL');
    await until(async () => ![undefined, pid].includes(await house().serverPid()), 'a new server is there');
    expect(starts(house())).toBe(2);
  });

  it('leaves a server alone that was stopped, until somebody asks', async () => {
    const companion = await house().startCompanion();
    const { pid } = await seen(companion);
    process.kill(pid, 'SIGTERM');
    await ended(pid);
    await sleep(500);
    expect(starts(house())).toBe(1);
    expect((await seen(companion)).pid).not.toBe(pid);
  });

  it('reads the token again when the server has a new one', async () => {
    const companion = await house().startCompanion();
    const { pid } = await seen(companion);
    process.kill(pid, 'SIGTERM');
    await ended(pid);
    await rm(join(house().dataDirectory, 'token'));
    expect((await seen(companion)).pid).not.toBe(pid);
  });

  it('lets the server listen on a port when told so, and says it when that port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const companion = await house().startCompanion({ args: ['--server-port', String(port)] });
    const refused = await companion.ask({ path: '/api/seen' });
    expect(refused.status).toBe(503);
    expect(refused.json()).toMatchObject({ detail: expect.stringMatching(/EADDRINUSE/) });
    await new Promise((closed) => taken.close(closed));
    await until(async () => (await companion.ask({ path: '/api/seen' })).status === 200, 'the port is free and the server there');
    const { status } = await collect((await once(httpRequest({ port, path: '/api/seen' }).end(), 'response'))[0] as IncomingMessage);
    expect(status).toBe(401);
  });
});
