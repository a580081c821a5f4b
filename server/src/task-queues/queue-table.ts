import type { Database } from '../database/port.ts';
import { candidates } from './matcher.ts';
import type { Offer } from './matcher.ts';
import { loadQueue, loadQueues, readMatchingVersion } from './task-queue-store.ts';
import type { QueueDeltas, StoredQueue } from './task-queue-store.ts';

/**
 * The queues in which jobs may wait, in memory: a match never sorts jobs and never counts. It is a hint; the claiming statement decides.
 * Our own commits keep it current; what other servers do is seen by the version, read before anybody is told *nothing*.
 *
 * A queue too many costs one claim that finds nothing. A queue too few would leave its jobs waiting for ever. So how many jobs wait is not
 * kept here: adding and subtracting goes wrong where a change is read (by a refresh) before it is told. What gains jobs enters; only what a
 * claim found empty leaves, and only if the database says the same.
 */
export interface QueueTable {
  /** Queues that fit, the one served longest ago first. */
  fitting(offer: Offer): StoredQueue[];
  served(taskQueueId: number): void;
  /** Queues in which jobs wait, as far as is known here. */
  all(): Iterable<StoredQueue>;
  /** After a commit, whose success it cannot change any more: never fails. Tells whether a queue now has more jobs. */
  apply(deltas: QueueDeltas): Promise<boolean>;
  /** A claim found nothing there: either it is empty, or others hold what waits there. Never fails. */
  foundEmpty(taskQueueId: number): Promise<void>;
  /** Reads the queues again if another server changed them; tells whether it did. */
  refresh(): Promise<boolean>;
}

/** Queues whose turn is remembered; the one served longest ago is forgotten first, and being first is its due anyway. */
const mostTurns = 10_000;
/** No version of the database: everything is read again before anybody is told *nothing*. */
const unknown = -1;

export async function createQueueTable(database: Database): Promise<QueueTable> {
  const queues = new Map<number, StoredQueue>();
  const lastServed = new Map<number, number>();
  let version = unknown;
  let turn = 0;

  async function refresh(): Promise<boolean> {
    const now = await readMatchingVersion(database);
    if (now === version) return false;
    const loaded = await loadQueues(database.read);
    queues.clear();
    for (const queue of loaded) queues.set(queue.taskQueueId, queue);
    version = now;
    return true;
  }

  async function look(taskQueueId: number): Promise<void> {
    try {
      const loaded = await loadQueue(database.read, taskQueueId);
      if (loaded !== undefined && loaded.waiting > 0) queues.set(taskQueueId, loaded);
    } catch {
      version = unknown;
    }
  }

  await refresh();
  return {
    fitting(offer) {
      return candidates(queues.values(), offer).sort(
        (a, b) => (lastServed.get(a.taskQueueId) ?? 0) - (lastServed.get(b.taskQueueId) ?? 0) || a.taskQueueId - b.taskQueueId,
      );
    },
    all: () => queues.values(),
    served(taskQueueId) {
      turn += 1;
      lastServed.delete(taskQueueId);
      lastServed.set(taskQueueId, turn);
      if (lastServed.size > mostTurns) lastServed.delete(lastServed.keys().next().value ?? taskQueueId);
    },
    async apply(deltas) {
      const grown = [...deltas].filter(([, delta]) => delta > 0).map(([taskQueueId]) => taskQueueId);
      await Promise.all(grown.filter((taskQueueId) => !queues.has(taskQueueId)).map(look));
      return grown.length > 0;
    },
    async foundEmpty(taskQueueId) {
      if (queues.delete(taskQueueId)) await look(taskQueueId);
    },
    refresh,
  };
}
