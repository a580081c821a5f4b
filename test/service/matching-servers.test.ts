import { createClient, getVoMatchingPolicy, matchJobs, saveVoMatchingPolicy, submitJobs } from '@diraclab/contract';
import type { Client, MatchedJob, ResourceOffer } from '@diraclab/contract';
import { nodeTransport } from '@diraclab/contract/node';
import { sql } from 'kysely';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { Database } from '../../server/src/database/port.ts';
import { describeDatabase } from '../../server/src/database/testing.ts';
import { hashToken } from '../../server/src/identity/laptop.ts';
import { insertPilot } from '../../server/src/pilots/pilot-store.ts';
import { isFull, startRealServer } from '../grid/real-server.ts';
import type { RealServer } from '../grid/real-server.ts';

const offer: ResourceOffer = {
  slots: 2, processors: 2, ramMB: 8000, cpuTimeLeftS: 600_000, platform: 'x86_64-linux', tags: [], host: 'wn1', pid: 1, version: 'test', waitMs: 0,
}; // prettier-ignore

async function registerPilots(database: Database, n: number): Promise<string[]> {
  const tokens = Array.from({ length: n }, () => randomBytes(32).toString('base64url'));
  await database.transaction(async (tx, nowMs) => {
    for (const token of tokens) {
      const pilotStamp = randomBytes(8).toString('hex');
      await insertPilot(
        tx,
        { pilotStamp, tokenHash: hashToken(token), site: 'S', computingElement: 'c', host: 'h', vo: 'laptop', slots: 2 },
        nowMs,
      );
    }
  });
  return tokens;
}

const clientOf = ({ address }: RealServer, token: string): Client =>
  createClient(nodeTransport(address), () => ({ authorization: `Bearer ${token}` }));

describeDatabase('postgres', 'matching of two servers on one database', (open) => {
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  async function begin() {
    const location = await open.location();
    if (location.kind !== 'postgres') throw new Error('this story needs PostgreSQL');
    const database = await open(location);
    const servers = await Promise.all(
      ['a', 'b'].map(async () => {
        const directory = await mkdtemp(join(tmpdir(), 'diraclab-two-'));
        const server = await startRealServer(directory, ['--no-local-site', '--database', location.url]);
        closers.push(async () => {
          await server.kill();
          await rm(directory, { recursive: true, force: true });
        });
        return server;
      }),
    );
    return { database, servers: servers as [RealServer, RealServer] };
  }

  it('never give a job twice, and when one is killed in the midst of it no job is lost', async () => {
    const { database, servers } = await begin();
    const n = isFull ? 5_000 : 400;
    const kinds = Array.from({ length: 8 }, (_, i) => ({
      executable: '/bin/true',
      cpuTimeS: [300, 3_000, 30_000][i % 3] ?? 300,
      minRamMB: i,
    }));
    for (const [i, description] of kinds.entries()) {
      const parameters = Array.from({ length: n / 8 }, (_, x) => ({ x }));
      await servers[i % 2 === 0 ? 0 : 1].call(submitJobs, { body: { description, parameters } });
    }
    const tokens = await registerPilots(database, 16);
    const told: MatchedJob[] = [];
    let killed: Promise<void> | undefined;
    await Promise.all(
      tokens.map(async (token, i) => {
        let [mine, other] = i % 2 === 0 ? servers : ([servers[1], servers[0]] as const);
        for (let empty = 0; empty < 3;) {
          const answer = await clientOf(mine, token)(matchJobs, { body: offer }).catch(() => undefined);
          if (answer === undefined) [mine, other] = [servers[1], servers[1]];
          else told.push(...answer.jobs);
          empty = answer?.jobs.length === 0 ? empty + 1 : 0;
          if (told.length > n / 4) killed ??= servers[0].kill();
          if (killed !== undefined && mine === servers[0]) mine = other;
        }
      }),
    );
    await killed;
    expect(killed).toBeDefined();
    expect(new Set(told.map(({ jobId }) => jobId)).size).toBe(told.length);
    const { rows } = await sql<{ jobs: number; waiting: number; matched: number; attempts: number; told_of: number; off: number }>`select
      (select count(*) from jobs) as jobs, (select count(*) from jobs where queued = 1) as waiting,
      (select count(*) from jobs where status = 'Matched' and attempt = 1 and pilot_id is not null) as matched,
      (select count(*) from attempts) as attempts,
      (select coalesce(sum(abs(q.waiting - (select count(*) from jobs j where j.task_queue_id = q.task_queue_id and j.queued = 1))), 0) from task_queues q) as off`.execute(database.read); // prettier-ignore
    expect(rows[0]).toMatchObject({ jobs: n, waiting: 0, matched: n, attempts: n, off: 0 });
    // What the killed server matched and told nobody is held by a pilot that says it does not have it, and is matched again: another story.
    expect(told.length).toBeGreaterThan(n / 2);
  });

  it('a job submitted to one reaches at once a pilot that waits at the other, and so does a policy', async () => {
    const { database, servers } = await begin();
    const [token = ''] = await registerPilots(database, 1);
    const pilot = clientOf(servers[1], token);
    expect((await pilot(matchJobs, { body: offer })).jobs).toEqual([]);
    const { policy } = await servers[0].call(getVoMatchingPolicy, { query: {} });
    await servers[0].call(saveVoMatchingPolicy, { body: { ifVersion: 0, policy: { ...policy, bannedSites: { S: 'closed' } } } });
    const held = pilot(matchJobs, { body: { ...offer, waitMs: 30_000 } });
    const { jobIds } = await servers[0].call(submitJobs, { body: { description: { executable: '/bin/true' } } });
    const isStill = await Promise.race([held, new Promise((resolve) => setTimeout(() => resolve('waiting'), 1000))]);
    expect(isStill).toBe('waiting');
    await servers[0].call(saveVoMatchingPolicy, { body: { ifVersion: 1, policy } });
    expect((await held).jobs.map(({ jobId }) => jobId)).toEqual(jobIds);
  });
});
