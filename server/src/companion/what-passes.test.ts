import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { collect, fromLab, seen, starts, until, useHouse } from './testing/house.ts';
import type { Companion, SeenByServer } from './testing/house.ts';

const house = useHouse();

describe('what passes', () => {
  let companion: Companion;
  beforeEach(async () => {
    companion = await house().startCompanion({ env: { JUPYTERHUB_API_TOKEN: 'secret', JPY_API_TOKEN: 'secret', JUPYTER_TOKEN: 'secret' } });
    await seen(companion);
  });
  const post = (path: string, headers: Record<string, string>, body = '{}') => companion.ask({ method: 'POST', path, headers, body });

  it("has the server's token and nothing of Lab's", async () => {
    const headers = {
      ...fromLab,
      authorization: 'token labs',
      'x-xsrftoken': 'x',
      referer: 'http://lab:8888/lab?token=labs',
      'x-own': '1',
    };
    const { headers: got, url, env } = (await companion.ask({ path: '/api/seen?token=labs&a=1', headers })).json<SeenByServer>();
    expect(got['authorization']).toBe(`Bearer ${await readFile(join(house().dataDirectory, 'token'), 'utf8')}`);
    expect(got).toMatchObject({ host: 'lab:8888', 'x-own': '1' });
    expect(Object.keys(got)).not.toEqual(expect.arrayContaining(['cookie']));
    expect(JSON.stringify([got, url])).not.toMatch(/labs|secret|_xsrf|referer|cookie/);
    expect(url).toBe('/api/seen?a=1');
    expect(env.filter((name) => /^(JUPYTER|JPY)/.test(name))).toEqual([]);
    expect(companion.stderr() + house().serverLog()).not.toContain('labs');
  });

  it('is from Lab: a foreign page with a valid cookie is refused and nothing reaches the server', async () => {
    const evil = { ...fromLab, origin: 'http://evil' };
    const refused = await post('/api/die', evil);
    expect(refused.status).toBe(403);
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(refused.json()).toMatchObject({
      code: 'NotAllowed',
      status: 403,
      detail: expect.stringContaining('http://evil'),
      next: expect.any(String),
    });
    expect((await post('/api/echo', fromLab)).status).toBe(200);
    expect((await post('/api/echo', { ...fromLab, 'content-type': 'text/plain' })).status).toBe(403);
    expect((await post('/api/echo', { authorization: 'token labs', 'content-type': 'application/json' })).status).toBe(200);
    expect(starts(house())).toBe(1);
  });

  it('is the API alone: not the door for companions, not other paths', async () => {
    expect((await companion.ask({ path: '/companion/presence' })).status).toBe(404);
    expect((await companion.ask({ path: '/apis' })).status).toBe(404);
    expect((await companion.ask({ path: 'http://elsewhere/api/seen' })).status).toBe(404);
    const asking = companion
      .open({ path: '/api/seen', headers: { ...fromLab, connection: 'Upgrade', upgrade: 'diraclab-presence' } })
      .end();
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    expect((await collect(answer)).status).toBe(400);
  });

  it('comes back as it was sent, without what belongs to one connection', async () => {
    const { headers, body } = await post('/api/echo', { ...fromLab, 'x-own': '1' }, '{"a":"ü"}');
    expect(body.toString()).toBe('{"a":"ü"}');
    expect(headers['x-twice']).toBe('1, 2');
    expect(headers['x-secret']).toBeUndefined();
  });

  it('may be 20 MB both ways, and is never held whole', async () => {
    const data = randomBytes(20 * 1024 * 1024);
    const before = await peakKb(companion);
    const sent = companion.open({ method: 'PUT', path: '/api/echo', headers: { ...fromLab, 'content-type': 'application/octet-stream' } });
    const back = (once(sent, 'response') as Promise<[IncomingMessage]>).then(([answer]) => collect(answer));
    for (let at = 0; at < data.length; at += 65_536) if (!sent.write(data.subarray(at, at + 65_536))) await once(sent, 'drain');
    sent.end();
    const { body } = await back;
    expect(createHash('sha256').update(body).digest('hex')).toBe(createHash('sha256').update(data).digest('hex'));
    expect((await peakKb(companion)) - before).toBeLessThan(40 * 1024);
  });

  it('waits for a slow reader instead of filling memory, and stops when the reader goes', async () => {
    const asking = companion.open({ path: '/api/endless' }).end();
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    answer.pause();
    await sleep(500);
    const first = (await seen(companion)).streamedBytes;
    await sleep(500);
    const { streamedBytes, aborted } = await seen(companion);
    expect(streamedBytes).toBe(first);
    expect(streamedBytes).toBeLessThan(4 * 1024 * 1024);
    asking.destroy();
    await until(async () => (await seen(companion)).aborted > aborted, 'the server sees that the reader has gone');
  });

  it('waits for a slow server instead of filling memory, and stops when the sender goes', async () => {
    const asking = companion.open({
      method: 'POST',
      path: '/api/unread',
      headers: { ...fromLab, 'content-type': 'application/octet-stream' },
    });
    asking.on('error', () => undefined);
    const before = await peakKb(companion);
    let sentBytes = 0;
    const isTaken = async (): Promise<boolean> =>
      asking.write(Buffer.alloc(65_536)) || Promise.race([once(asking, 'drain').then(() => true), sleep(500, false)]);
    while (sentBytes < 200 * 1024 * 1024 && (await isTaken())) sentBytes += 65_536;
    expect(sentBytes).toBeLessThan(8 * 1024 * 1024);
    expect((await peakKb(companion)) - before).toBeLessThan(20 * 1024);
    const { aborted } = await seen(companion);
    asking.destroy();
    await until(async () => (await seen(companion)).aborted > aborted, 'the server sees that the sender has gone');
  });

  it('has its early answer when the server does not read the body', async () => {
    const answer = await companion.ask({
      method: 'POST',
      path: '/api/too-large',
      headers: { ...fromLab, 'content-type': 'application/octet-stream' },
      body: Buffer.alloc(5 * 1024 * 1024),
    });
    expect(answer.status).toBe(413);
  });

  it('is cut when the server dies half way, not ended as if it were whole', async () => {
    const asking = companion.open({ path: '/api/endless' }).end();
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    const broken = once(answer.resume(), 'error');
    process.kill((await house().serverPid()) ?? 0, 'SIGKILL');
    expect(((await broken)[0] as Error).message).toMatch(/aborted/);
  });
});

/** The most memory the process ever had. */
async function peakKb({ process: { pid } }: Companion): Promise<number> {
  const [, kb] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb);
}
