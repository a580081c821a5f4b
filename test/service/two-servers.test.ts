import { countJobs, getJob, getOutputFile, killJobs, livePath, peekJob, submitJobs, uploadSandboxFile } from '@diraclab/contract';
import type { ClientToServer, Frame, ServerToClient } from '@diraclab/contract';
import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { makeTestLocation } from '../../server/src/database/testing.ts';
import type { TestLocation } from '../../server/src/database/testing.ts';
import { allJobs, isFull, until, untilFinal, useRealServers } from '../grid/real-server.ts';
import type { RealServer } from '../grid/real-server.ts';
import { describeWithRedis, installTimeoutMs, startRedis, startS3 } from '../parts/part.ts';
import type { RedisPart, S3Part } from '../parts/part.ts';

/** Two servers as a federation runs them: one PostgreSQL, one Redis, one bucket. */
const { start, newDirectory } = useRealServers();
let s3: S3Part;
let redis: RedisPart;
let place: TestLocation;
const token = 'a'.repeat(43);

/** One with the local site's pilot, one without: all that passes between alice and her job passes through both. */
async function startServers(): Promise<{ front: RealServer; back: RealServer }> {
  const one = async (more: string[]): Promise<RealServer> => {
    const directory = newDirectory();
    writeFileSync(join(directory, 'token'), token, { mode: 0o600 });
    const config = {
      database: place.location.kind === 'postgres' ? place.location.url : '',
      redis: redis.url,
      sandboxes: s3.place,
      slots: 2,
    };
    writeFileSync(join(directory, 'config.json'), JSON.stringify(config), { mode: 0o600 });
    return start(['--listen', '127.0.0.1:0', ...more], directory);
  };
  return { front: await one(['--no-local-site']), back: await one([]) };
}

const submit = async ({ call }: RealServer, script: string): Promise<number> =>
  (await call(submitJobs, { body: { description: { executable: '/bin/sh', arguments: ['-c', script] } } })).jobIds[0] ?? 0;

describeWithRedis('two servers', () => {
  beforeAll(async () => {
    s3 = await startS3();
    redis = await startRedis();
  }, installTimeoutMs);
  afterAll(async () => {
    s3.stop();
    await redis.kill();
  });
  beforeEach(async () => {
    place = await makeTestLocation('postgres');
  });
  afterEach(() => place.remove());

  it('alice and the pilot speak to different servers: files, live events, output while it runs and kills pass all the same', async () => {
    const { front, back } = await startServers();
    const text = 'from the bucket\n';
    const digest = createHash('sha256').update(text).digest('hex');
    await front.call.upload(uploadSandboxFile, { params: { digest } }, { data: Buffer.from(text), sizeBytes: text.length });
    expect(readdirSync(join(front.dataDirectory, 'sandboxes'), { recursive: true })).not.toContain(digest);

    const { jobIds } = await front.call(submitJobs, {
    body: {
      description: { executable: '/bin/sh', arguments: ['-c', 'cat in.txt; cp in.txt out.txt; while [ ! -e go ]; do sleep 0.1; done'], inputSandbox: [{ path: 'in.txt', digest, sizeBytes: text.length }], outputSandbox: ['out.txt'] },
    },
  }); // prettier-ignore
    const [jobId = 0] = jobIds;
    const frames: Frame[] = [];
    const socket: Socket<ServerToClient, ClientToServer> = io(front.address, { path: livePath, transports: ['websocket'], auth: { token }, reconnection: false }); // prettier-ignore
    try {
      socket.on('frame', (frame) => frames.push(frame));
      await new Promise((watching) => socket.emit('watch', { watchId: 'w', kind: 'jobs', jobIds }, watching));
      await until('Running is told by the other server', () =>
        frames.find((frame) => frame.kind === 'jobs' && frame.jobs[0]?.status === 'Running'),
      );
      await until('output while it runs, through the other server', async () => {
        const { text: seen } = await front.call(peekJob, { params: { jobId }, query: {} });
        return seen === text ? true : undefined;
      });
      // Sooner than a heartbeat (20 s) would bring it: the bell rings at the other server.
      await front.call(killJobs, { body: { jobIds } });
      await until('killed', async () => ((await back.call(getJob, { params: { jobId } })).status === 'Killed' ? true : undefined), 12_000);
      await until('the end is told', () => frames.find((frame) => frame.kind === 'jobs' && frame.jobs[0]?.status === 'Killed'));
    } finally {
      socket.disconnect();
    }

    const second = await submit(front, 'echo done');
    await untilFinal(back, second);
    expect(await (await front.call.download(getOutputFile, { params: { jobId: second }, query: { path: 'std.out' } })).text()).toBe(
      'done\n',
    );
  }, 120_000);

  it('one of the servers is killed again and again while alice submits: what was acknowledged is there once, and runs', async () => {
    const { front, back } = await startServers();
    const wanted = isFull ? 200 : 20;
    const acknowledged: number[] = [];
    let current = front;
    for (let n = 0; n < wanted; n += 1) {
      if (n % 7 === 3) void current.kill();
      const body = { description: { executable: '/bin/true' }, idempotencyKey: `n-${n}` };
      const ask = async (server: RealServer): Promise<number> => (await server.call(submitJobs, { body })).jobIds[0] ?? 0;
      // The answer may have died with its server: the same key asks the other.
      acknowledged.push(await ask(current).catch(() => ask(back)));
      if (n % 7 === 6) current = await start(['--no-local-site', '--listen', '127.0.0.1:0'], front.dataDirectory);
    }
    expect(new Set(acknowledged).size).toBe(wanted);
    await until('all ran', async () => {
    const { counts } = await back.call(countJobs, { body: { groupBy: 'status' } });
    return counts.find(({ value }) => value === 'Done')?.count === wanted ? true : undefined;
  }, 60_000); // prettier-ignore
    const jobs = await allJobs(back);
    expect(jobs.map(({ jobId }) => jobId).sort()).toEqual([...acknowledged].sort());
    expect(jobs.every(({ attempt }) => attempt === 1)).toBe(true);
  }, 180_000);

  it('Redis is gone: jobs are submitted and run all the same, only what other servers do is seen later', async () => {
    const { front, back } = await startServers();
    await redis.kill();
    try {
      const jobId = await submit(front, 'echo without');
      expect(await untilFinal(back, jobId, 40_000)).toMatchObject({ status: 'Done' });
    } finally {
      await redis.start();
    }
  }, 120_000);
});
