import type { Hint } from '../../server/src/fan-out/port.ts';
import { connectRedis, createRedisFanOut, createRedisTails } from '../../server/src/fan-out/redis.ts';
import { tailBytes } from '../../server/src/jobs/output-tails.ts';
import { createLogger } from '../../server/src/logger.ts';
import { until } from '../grid/real-server.ts';
import { describeWithRedis, startRedis } from '../parts/part.ts';
import type { RedisPart } from '../parts/part.ts';

let redis: RedisPart;
const closers: (() => Promise<unknown>)[] = [];

const logger = createLogger('silent');
async function server(name: string) {
  const client = await connectRedis(redis.url, logger);
  const fanOut = await createRedisFanOut(client, name, logger);
  closers.push(() => fanOut.close());
  const heard: Hint[] = [];
  fanOut.onHint((hint) => heard.push(hint));
  return { client, fanOut, heard, tails: createRedisTails(client, name, logger) };
}
const row = (job_id: number) => ({
  job_id,
  job_group: 'g',
  vo: 'cta.vo',
  owner_group: 'users',
  owner: 'alice',
  pilot_id: null,
  secret: 'x',
});

describeWithRedis('several servers', () => {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) await close().catch(() => undefined);
  });
  afterAll(() => redis.kill());

  it('hear each other and not themselves; a burst is one message; another service on the same Redis hears nothing', async () => {
    const [a, b, other] = [await server('one'), await server('one'), await server('two')];
    for (let i = 0; i < 100; i += 1) a.fanOut.tell({ kind: 'jobs', rows: [row(1), row(2)], more: false, grew: i === 5 });
    a.fanOut.tell({ kind: 'output', jobId: 2 });
    a.fanOut.tell({ kind: 'ring', pilotIds: [7] });
    await until('all hints', () => (b.heard.length >= 3 ? true : undefined));
    expect(b.heard.map(({ kind }) => kind)).toEqual(['jobs', 'output', 'ring']);
    expect(b.heard[0]).toMatchObject({ more: false, grew: true, rows: [{ job_id: 1 }, { job_id: 2, owner: 'alice' }] });
    // No more of a job than whom it concerns.
    expect(JSON.stringify(b.heard)).not.toContain('secret');
    expect([a.heard, other.heard]).toEqual([[], []]);
  });

  it('a change of very many jobs is said in few words', async () => {
    const [a, b] = [await server('many'), await server('many')];
    a.fanOut.tell({ kind: 'jobs', rows: Array.from({ length: 5_000 }, (_, i) => row(i)), more: false, grew: false });
    await until('the hint', () => b.heard[0]);
    expect(b.heard[0]).toMatchObject({ kind: 'jobs', more: true });
    expect((b.heard[0] as Extract<Hint, { kind: 'jobs' }>).rows.length).toBe(500);
  });

  it('Redis dies and comes back: nobody falls over, and everybody looks again', async () => {
    const [a, b] = [await server('back'), await server('back')];
    await redis.kill();
    a.fanOut.tell({ kind: 'ring', pilotIds: [1] });
    await a.tails.append(1, 1, 'stdout', { from: 0, text: 'lost', end: 4 });
    expect(await a.tails.end(1, 1, 'stdout')).toBe(0);
    await redis.start();
    await until('both look again', () => (a.heard.length > 0 && b.heard.length > 0 ? true : undefined));
    expect(b.heard[0]).toEqual({ kind: 'jobs', rows: [], more: true, grew: true });
    await until('b hears a again', () => {
      a.fanOut.tell({ kind: 'ring', pilotIds: [2] });
      return b.heard.find(({ kind }) => kind === 'ring');
    });
  });

  it('share the output of running jobs: taken once, from any server, a new attempt anew, late ones of an old attempt never', async () => {
    const [a, b] = [await server('tails'), await server('tails')];
    await a.tails.append(5, 1, 'stdout', { from: 0, text: 'eins ', end: 5 });
    await b.tails.append(5, 1, 'stdout', { from: 0, text: 'eins ', end: 5 });
    await b.tails.append(5, 1, 'stdout', { from: 5, text: 'zwei', end: 9 });
    expect(await a.tails.read(5, 1, 'stdout', 0)).toEqual({ from: 0, text: 'eins zwei', end: 9 });
    expect(await a.tails.read(5, 1, 'stdout', -4)).toEqual({ from: 5, text: 'zwei', end: 9 });
    expect(await a.tails.end(5, 1, 'stdout')).toBe(9);
    await b.tails.append(5, 2, 'stdout', { from: 0, text: 'neu', end: 3 });
    await a.tails.append(5, 1, 'stdout', { from: 9, text: 'spät', end: 14 });
    expect(await a.tails.read(5, 2, 'stdout', 0)).toEqual({ from: 0, text: 'neu', end: 3 });
    expect(await a.tails.read(5, 1, 'stdout', 0)).toMatchObject({ text: '' });
    const block = 'x'.repeat(64 * 1024);
    for (let from = 3; from < 3 + 8 * block.length; from += block.length)
      await a.tails.append(5, 2, 'stdout', { from, text: block, end: from + block.length });
    const kept = await b.tails.read(5, 2, 'stdout', 0);
    expect(kept.end).toBe(3 + 8 * block.length);
    expect(kept.text.length).toBeGreaterThanOrEqual(tailBytes);
    expect(kept.text.length).toBeLessThanOrEqual(tailBytes + block.length);
    a.tails.forget(5);
    await until('forgotten', async () => ((await b.tails.end(5, 2, 'stdout')) === 0 ? true : undefined));
  });

  it('a Redis that is not there at the start is said, without its password', async () => {
    await expect(connectRedis('redis://:canary@127.0.0.1:1', logger)).rejects.toThrow(/^Redis at 127.0.0.1:1 cannot be used: (?!.*canary)/);
  });
});
