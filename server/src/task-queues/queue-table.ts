import type { Database } from '../database/port.ts';
import { candidates } from './matcher.ts';
import type { Offer } from './matcher.ts';
import { loadQueue, loadQueues, readMatchingVersion } from './task-queue-store.ts';
import type { QueueDeltas, StoredQueue } from './task-queue-store.ts';

/**
 * The queues in which jobs wait, in memory: a match never sorts jobs and never counts. It is a hint; the claiming statement decides.
 * Our own commits keep it current; what other servers do is seen by the version, read before anybody is told *nothing*.
 */
export interface QueueTable {
  /** Queues with waiting jobs that fit, the one served longest ago first. */
  fitting(offer: Offer): StoredQueue[];
  served(taskQueueId: number): void;
  /** After a commit. Tells whether a queue now has more jobs. */
  apply(deltas: QueueDeltas): Promise<boolean>;
  /** A claim found nothing there: the memory was wrong. */
  foundEmpty(taskQueueId: number): void;
  /** Reads the queues again if another server changed them; tells whether it did. */
  refresh(): Promise<boolean>;
  get(taskQueueId: number): StoredQueue | undefined;
}

export async function createQueueTable(database: Database): Promise<QueueTable> {
  const queues = new Map<number, StoredQueue>();
  const lastServed = new Map<number, number>();
  let version = -1;
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

  await refresh();
  return {
    fitting(offer) {
      return candidates(queues.values(), offer).sort(
        (a, b) => (lastServed.get(a.taskQueueId) ?? 0) - (lastServed.get(b.taskQueueId) ?? 0) || a.taskQueueId - b.taskQueueId,
      );
    },
    served(taskQueueId) {
      turn += 1;
      lastServed.set(taskQueueId, turn);
    },
    async apply(deltas) {
      let grew = false;
      for (const [taskQueueId, delta] of deltas) {
        const queue = queues.get(taskQueueId);
        if (queue !== undefined) {
          queue.waiting += delta;
          if (queue.waiting <= 0) queues.delete(taskQueueId);
        } else if (delta > 0) {
          const loaded = await loadQueue(database.read, taskQueueId);
          if (loaded !== undefined && loaded.waiting > 0) queues.set(taskQueueId, loaded);
        }
        if (delta > 0) grew = true;
      }
      return grew;
    },
    foundEmpty: (taskQueueId) => void queues.delete(taskQueueId),
    refresh,
    get: (taskQueueId) => queues.get(taskQueueId),
  };
}
