import type { Database } from '../database/port.ts';
import type { JobRow } from '../jobs/job-row.ts';
import { bannedFor, isUrgent, noPolicy, sharesOf } from '../matching-policy/policy.ts';
import type { MatchingPolicy, MeasuredUse } from '../matching-policy/policy.ts';
import { loadPolicy } from '../matching-policy/policy-store.ts';
import { measureAll } from '../matching-policy/share-usage-agent.ts';
import { createCandidateLists } from './candidate-lists.ts';
import type { PlacedQueue } from './candidate-lists.ts';
import type { Candidates } from './fair-order.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { createPlaces } from './places.ts';
import { noLimits, quantityRejection } from './matcher.ts';
import type { Offer, Standing } from './matcher.ts';
import { loadQueue, loadQueues, readMatchingVersions } from './task-queue-store.ts';
import type { MatchingVersions, QueueDeltas, StoredQueue } from './task-queue-store.ts';

/**
 * The queues in which jobs may wait, and the policy in force, in memory: a match never sorts jobs and never counts. It is a hint; the claiming
 * statement decides. Our own commits keep it current; what other servers do is seen by the versions, read before anybody is told *nothing*.
 *
 * A queue too many costs one claim that finds nothing. A queue too few would leave its jobs waiting for ever. So how many jobs wait is not
 * kept here: adding and subtracting goes wrong where a change is read (by a refresh) before it is told. What gains jobs enters; only what a
 * claim found empty leaves, and only if the database says the same.
 */
export interface QueueTable {
  readonly policy: MatchingPolicy;
  readonly policyVersion: number;
  readonly measured: readonly MeasuredUse[];
  /** Queues that an offer may take jobs of, by all that does not change with each job it takes. */
  candidates(offer: Offer): Candidates<PlacedQueue>;
  /** Is there a queue for this offer? */
  hasFor(offer: Offer, standing?: Standing): boolean;
  all(): Iterable<PlacedQueue>;
  /** Its first job was given away: `priority` is that of the last one given. */
  served(queue: PlacedQueue, priority: number): void;
  /** After a commit, whose success it cannot change any more: never fails. Tells whether a queue now has more jobs. */
  apply(deltas: QueueDeltas, rows: readonly JobRow[]): Promise<boolean>;
  /** A claim found nothing there: either it is empty, or others hold what waits there. Never fails. */
  foundEmpty(taskQueueId: number): Promise<void>;
  /** Reads queues and policy again where another server changed them; tells whether one did. */
  refresh(): Promise<boolean>;
  /** Looks anew at what groups used, for the correctors. */
  remeasure(): Promise<void>;
}

/** No version of the database: everything is read again before anybody is told *nothing*. */
const unknown = -1;

export async function createQueueTable(database: Database): Promise<QueueTable> {
  const queues = new Map<number, PlacedQueue>();
  const places = createPlaces();
  const lists = createCandidateLists(queues);
  let versions: MatchingVersions = { queues: unknown, policy: unknown };
  let policy: MatchingPolicy = noPolicy;
  let measured: readonly MeasuredUse[] = [];
  let turn = 0;

  const put = (queue: StoredQueue): void => {
    const known = queues.get(queue.taskQueueId);
    if (known !== undefined) {
      known.topPriority = queue.topPriority;
      return;
    }
    const placed = { ...queue, turns: places.enter(queue), lastServed: 0 };
    queues.set(queue.taskQueueId, placed);
    lists.add(placed);
  };
  const remove = (taskQueueId: number): boolean => {
    const placed = queues.get(taskQueueId);
    if (placed === undefined) return false;
    queues.delete(taskQueueId);
    places.leave(placed);
    lists.remove(placed);
    return true;
  };

  async function refreshPolicy(): Promise<void> {
    policy = await loadPolicy(database.read);
    lists.start({
      isUrgent: (queue) => isUrgent(policy, queue),
      rules: { ...noLimits, bannedFor: (vo, site) => bannedFor(policy, vo, site) },
    });
    await remeasure();
  }

  async function remeasure(): Promise<void> {
    measured = await measureAll(database, policy.operator.correctors);
    places.weigh(sharesOf(policy, places.groups(), measured));
  }

  const refresh = oneAtATime(async (): Promise<boolean> => {
    const now = await readMatchingVersions(database);
    if (now.queues === versions.queues && now.policy === versions.policy) return false;
    if (now.policy !== versions.policy) await refreshPolicy();
    if (versions.queues === unknown) {
      const loaded = await loadQueues(database.read);
      for (const taskQueueId of [...queues.keys()]) remove(taskQueueId);
      loaded.forEach(put);
    } else if (now.queues !== versions.queues) {
      (await loadQueues(database.read, versions.queues)).filter(({ taskQueueId }) => !queues.has(taskQueueId)).forEach(put);
    }
    versions = now;
    return true;
  });

  async function look(taskQueueId: number): Promise<void> {
    try {
      const loaded = await loadQueue(database.read, taskQueueId);
      if (loaded !== undefined && loaded.waiting > 0) put(loaded);
    } catch {
      versions = { ...versions, queues: unknown };
    }
  }

  /** A job of a higher priority may be first now. */
  function raise(rows: readonly JobRow[]): void {
    for (const { queued, task_queue_id, priority } of rows) {
      const queue = queued === 1 ? queues.get(task_queue_id) : undefined;
      if (queue !== undefined) queue.topPriority = Math.max(queue.topPriority, priority);
    }
  }

  await refresh();
  return {
    get policy() {
      return policy;
    },
    get policyVersion() {
      return versions.policy;
    },
    get measured() {
      return measured;
    },
    all: () => queues.values(),
    candidates: (offer) => lists.of(offer),
    hasFor(offer, standing = noLimits) {
      for (const queue of lists.of(offer).all)
        if (quantityRejection(queue, offer) === undefined && standing.limitOf(queue, offer.site) === undefined) return true;
      return false;
    },
    served(queue, priority) {
      turn += 1;
      queue.lastServed = turn;
      queue.topPriority = priority;
    },
    async apply(deltas, rows) {
      const grown = [...deltas].filter(([, delta]) => delta > 0).map(([taskQueueId]) => taskQueueId);
      // A bulk does not tell its rows, and so not their priority either.
      const told = new Set(rows.map(({ task_queue_id }) => task_queue_id));
      await Promise.all(grown.filter((taskQueueId) => !queues.has(taskQueueId) || !told.has(taskQueueId)).map(look));
      raise(rows);
      return grown.length > 0;
    },
    async foundEmpty(taskQueueId) {
      if (remove(taskQueueId)) await look(taskQueueId);
    },
    refresh,
    remeasure,
  };
}
