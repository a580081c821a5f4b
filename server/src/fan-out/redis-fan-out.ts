import { createClient } from '@redis/client';
import { randomUUID } from 'node:crypto';
import type { Logger } from '../logger.ts';
import type { ChangedJob, FanOut, Hint } from './port.ts';

/** Changes are told together this often: a person sees frames every 250 ms. */
const tellEveryMs = 50;
/** A message names at most so many jobs; beyond, it says that more changed, and others read what they show. */
const mostRows = 500;

export type RedisClient = ReturnType<typeof newClient>;

const newClient = (url: string) =>
  createClient({
    url,
    // What is not sent now is old when the connection is back.
    disableOfflineQueue: true,
    socket: { connectTimeout: 5_000, reconnectStrategy: (retries) => Math.min(100 * 2 ** Math.min(retries, 6), 5_000) },
  });

/** Connected, or an error that says what to do. Later losses are mended by the client itself; meanwhile everything goes on without hints. */
export async function connectRedis(url: string, logger: Logger): Promise<RedisClient> {
  const client = newClient(url);
  let away = false;
  client.on('error', (error: unknown) => {
    if (!away) logger.warn({ err: error }, 'Redis is away: other servers learn of changes late until it is back');
    away = true;
  });
  client.on('ready', () => {
    if (away) logger.info('Redis is back');
    away = false;
  });
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('no answer within 10 s')), 10_000).unref());
  await Promise.race([client.connect(), late]).catch((error: unknown) => {
    client.destroy();
    const { host } = new URL(url);
    throw new Error(`Redis at ${host} cannot be used: ${error instanceof Error ? error.message : String(error)}. Start it, or mend "redis" in the configuration.`, { cause: error }); // prettier-ignore
  });
  return client;
}

/** Tells other servers by publish and subscribe; `name` keeps apart the services that share one Redis. */
export async function createRedisFanOut(client: RedisClient, name: string, logger: Logger): Promise<FanOut> {
  const channel = `${name}:hints`;
  const self = randomUUID();
  const listeners = new Set<(hint: Hint) => void>();
  const heard = (hint: Hint): void => {
    for (const listener of listeners) listener(hint);
  };

  const subscriber = client.duplicate();
  subscriber.on('error', () => undefined); // The other connection says it.
  // What was told while we did not listen is unknown: everybody looks again.
  let listening = false;
  subscriber.on('ready', () => {
    if (listening) heard({ kind: 'jobs', rows: [], more: true, grew: true });
  });
  await subscriber.connect();
  await subscriber.subscribe(channel, (text) => {
    const { from, hints } = JSON.parse(text) as { from: string; hints: Hint[] };
    if (from !== self) for (const hint of hints) heard(hint);
  });
  listening = true;

  let pending = nothingYet();
  let timer: NodeJS.Timeout | undefined;
  function send(): void {
    timer = undefined;
    const hints = toHints(pending);
    pending = nothingYet();
    if (hints.length === 0) return;
    client
      .publish(channel, JSON.stringify({ from: self, hints }))
      .catch((error: unknown) => logger.debug({ err: error }, 'a hint was not told'));
  }

  return {
    tell(hint) {
      gather(pending, hint);
      timer ??= setTimeout(send, tellEveryMs);
    },
    onHint: (listener) => void listeners.add(listener),
    async close() {
      clearTimeout(timer);
      send();
      listeners.clear();
      subscriber.destroy();
      await client.close();
    },
  };
}

interface Pending {
  rows: Map<number, ChangedJob>;
  more: boolean;
  grew: boolean;
  outputs: Set<number>;
  operations: Set<number>;
  rings: Set<number>;
}
const nothingYet = (): Pending => ({
  rows: new Map(),
  more: false,
  grew: false,
  outputs: new Set(),
  operations: new Set(),
  rings: new Set(),
});

function gather(pending: Pending, hint: Hint): void {
  if (hint.kind === 'output') pending.outputs.add(hint.jobId);
  else if (hint.kind === 'operation') pending.operations.add(hint.operationId);
  else if (hint.kind === 'ring') for (const pilotId of hint.pilotIds) pending.rings.add(pilotId);
  else {
    for (const { job_id, job_group, vo, owner_group, owner, pilot_id } of hint.rows) {
      if (pending.rows.size < mostRows) pending.rows.set(job_id, { job_id, job_group, vo, owner_group, owner, pilot_id });
      else pending.more = true;
    }
    pending.more ||= hint.more;
    pending.grew ||= hint.grew;
  }
}

function toHints({ rows, more, grew, outputs, operations, rings }: Pending): Hint[] {
  const jobs: Hint[] = rows.size > 0 || more || grew ? [{ kind: 'jobs', rows: [...rows.values()], more, grew }] : [];
  const ring: Hint[] = rings.size > 0 ? [{ kind: 'ring', pilotIds: [...rings] }] : [];
  return [
    ...jobs,
    ...[...outputs].map((jobId): Hint => ({ kind: 'output', jobId })),
    ...[...operations].map((operationId): Hint => ({ kind: 'operation', operationId })),
    ...ring,
  ];
}
