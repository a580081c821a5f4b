import { createClient, getJob, isLive, isReady, killJobs, livePath, searchJobs, submitJobs } from '@diraclab/contract';
import type { Client, ClientToServer, Frame, ServerToClient, WatchAnswer } from '@diraclab/contract';
import { nodeTransport } from '@diraclab/contract/node';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { readConfig } from './config.ts';
import { openDatabase } from './database/open.ts';
import { createLogger } from './logger.ts';
import { startServer } from './server.ts';
import { makePilot } from './testing/test-grid.ts';
import { makeOwnPostgres } from './testing/own-postgres.ts';

const hello = { executable: '/bin/echo' };
const password = 'canary-of-the-database';

/** One server on a PostgreSQL of its own; everything it logs is kept. */
async function startOnOwnPostgres() {
  const postgres = await makeOwnPostgres(password);
  if (postgres === undefined) return undefined;
  postgres.start();
  const dataDirectory = await mkdtemp(join(tmpdir(), 'diraclab-outage-'));
  const config = readConfig(['--data', dataDirectory, '--no-local-site', '--listen', '127.0.0.1:0'], { DIRACLAB_DATABASE: postgres.url, DIRACLAB_LOG_LEVEL: 'debug' }); // prettier-ignore
  if (config === undefined) throw new Error('no configuration');
  const lines: string[] = [];
  const server = await startServer(config, createLogger('debug', { write: (line) => void lines.push(line) }), '', {}, () => undefined);
  const token = (await readFile(join(dataDirectory, 'token'), 'utf8')).trim();
  const callAs = (of: string): Client => createClient(nodeTransport(server.address), () => ({ authorization: `Bearer ${of}` }));
  const database = await openDatabase({ kind: 'postgres', url: postgres.url });
  return {
    postgres, server, lines, token, callAs, database,
    call: callAs(token),
    async stop() {
      await database.close();
      await server.stop();
      postgres.stop('immediate');
      await postgres.remove();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  }; // prettier-ignore
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i += 1) {
    if (await holds().catch(() => false)) return;
    await wait(50);
  }
  throw new Error(`never: ${what}`);
}

describe('a PostgreSQL that goes away while the server runs', () => {
  it('is said with 503 and a time to come back; then everything goes on, nothing is lost and nothing is done twice', async () => {
    const running = await startOnOwnPostgres();
    if (running === undefined) return void process.stderr.write("\n*** SKIPPED: PostgreSQL's initdb is not installed. ***\n\n");
    const { postgres, server, call, callAs, token, database, lines } = running;
    try {
      const node = await makePilot(database, callAs, 'DIRAC.Test.local');
      const { jobIds } = await call(submitJobs, { body: { description: hello } });
      const [jobId = 0] = jobIds;
      const socket: Socket<ServerToClient, ClientToServer> = io(server.address, { path: livePath, transports: ['websocket'], auth: { token }, reconnection: false }); // prettier-ignore
      const frames: Frame[] = [];
      socket.on('frame', (frame) => frames.push(frame));
      await new Promise<WatchAnswer>((resolve) => socket.emit('watch', { watchId: 'w', kind: 'jobs', jobIds }, resolve));
      const held = node.match({ tags: [], cpuTimeLeftS: 1, waitMs: 20_000 }).catch((error: unknown) => error);
      await wait(500);

      await call(killJobs, { body: { jobIds: [jobId] } });
      postgres.stop('immediate');
      const asked = performance.now();
      const away = { code: 'NotReady', status: 503 };
      await expect(call(searchJobs, { body: {} })).rejects.toMatchObject(away);
      expect(performance.now() - asked).toBeLessThan(2_000);
      const many = await Promise.allSettled(Array.from({ length: 200 }, (_, i) => call(submitJobs, { body: { description: hello, idempotencyKey: `k${i}` } }))); // prettier-ignore
      expect(many.filter(({ status }) => status === 'fulfilled')).toEqual([]);
      expect(performance.now() - asked).toBeLessThan(8_000);
      await expect(call(isReady, {})).rejects.toMatchObject(away);
      const raw = await fetch(`${server.address}/api/health/ready`);
      expect([raw.status, raw.headers.get('retry-after')]).toEqual([503, '2']);
      expect(await call(isLive, {})).toMatchObject({ status: 'live' });
      await wait(1_000);

      postgres.start();
      await until('ready again', async () => (await call(isReady, {})).status === 'ready');
      expect((await call(getJob, { params: { jobId } })).status).toBe('Killed');
      await until('the frame that was due', () => Promise.resolve(frames.some((frame) => frame.kind === 'jobs' && frame.jobs[0]?.status === 'Killed'))); // prettier-ignore
      const again = await Promise.all(Array.from({ length: 200 }, (_, i) => call(submitJobs, { body: { description: hello, idempotencyKey: `k${i}` } }))); // prettier-ignore
      expect(new Set(again.flatMap((submitted) => submitted.jobIds)).size).toBe(200);
      expect((await call(searchJobs, { body: {} })).total).toBe(201);
      expect(await node.match({ slots: 200, processors: 200 })).toHaveLength(200);
      expect(await held).toEqual([]);
      socket.disconnect();
      // An outage is told, but not two hundred times.
      const told = lines.filter((line) => /"level":(40|50)/.test(line));
      expect(told.length).toBeGreaterThan(0);
      expect(told.length).toBeLessThan(30);
      for (const secret of [password, token, node.token]) expect(lines.filter((line) => line.includes(secret))).toEqual([]);
    } finally {
      await running.stop();
    }
  }, 90_000);

  it('a restart under load: who was told yes has their jobs, who was told no may repeat, the server lives', async () => {
    const running = await startOnOwnPostgres();
    if (running === undefined) return;
    const { postgres, call } = running;
    try {
      const journal = new Map<string, number[]>();
      let stop = false;
      const clients = Array.from({ length: 8 }, async (_, client) => {
        for (let i = 0; !stop; i += 1) {
          const idempotencyKey = `c${client}-${i}`;
          for (;;) {
            const done = await call(submitJobs, { body: { description: hello, idempotencyKey } }).catch((error: { code?: string }) => {
              expect(error.code).toBe('NotReady');
              return undefined;
            });
            if (done !== undefined) {
              journal.set(idempotencyKey, done.jobIds);
              break;
            }
            await wait(50);
          }
        }
      });
      for (const how of ['fast', 'immediate'] as const) {
        await wait(700);
        postgres.stop(how);
        await wait(200);
        postgres.start();
      }
      await wait(700);
      stop = true;
      await Promise.all(clients);
      const ids = [...journal.values()].flat();
      expect(new Set(ids).size).toBe(ids.length);
      expect((await call(searchJobs, { body: {} })).total).toBe(ids.length);
      expect(ids.length).toBeGreaterThan(50);
    } finally {
      await running.stop();
    }
  }, 90_000);
});
