import { createCandidateLists } from '../task-queues/candidate-lists.ts';
import type { PlacedQueue } from '../task-queues/candidate-lists.ts';
import { pickFor } from '../task-queues/claim-plan.ts';
import { addCandidate, noCandidates } from '../task-queues/fair-order.ts';
import { createLimits } from '../task-queues/limits.ts';
import type { LimitState } from '../task-queues/limits.ts';
import { noLimits } from '../task-queues/matcher.ts';
import type { Offer } from '../task-queues/matcher.ts';
import { createPlaces } from '../task-queues/places.ts';
import type { StoredQueue } from '../task-queues/task-queue-store.ts';
import { bannedFor, isUrgent, sharesOf } from './policy.ts';
import type { MatchingPolicy, MeasuredUse } from './policy.ts';

export interface Snapshot {
  queues: readonly StoredQueue[];
  /** What pilots offered last; they ask in turn. With none, one that takes anything asks alone. */
  offers: readonly Offer[];
  nowMs: number;
}

export interface Trial {
  /** Jobs that were given away, at most as many as were asked for. */
  claims: number;
  /** Of each queue. */
  jobs: Map<number, number>;
  /** Which claim took its first job, from 1. */
  first: Map<number, number>;
}

/** The next claims under a policy: the matcher's own rules and order, on a snapshot. Pure. */
export function tryOut(
  { queues, offers, nowMs }: Snapshot,
  policy: MatchingPolicy,
  measured: readonly MeasuredUse[],
  limitStates: readonly LimitState[],
  claims: number,
): Trial {
  const places = createPlaces(sharesOf(policy, queues, measured));
  const placed = new Map<number, PlacedQueue>();
  for (const queue of queues) placed.set(queue.taskQueueId, { ...queue, turns: places.enter(queue), lastServed: 0 });
  const lists = createCandidateLists(placed);
  lists.start({
    isUrgent: (queue) => isUrgent(policy, queue),
    rules: { ...noLimits, bannedFor: (vo, site) => bannedFor(policy, vo, site) },
  });
  const everything = noCandidates<PlacedQueue>();
  for (const queue of placed.values()) addCandidate(everything, queue, isUrgent(policy, queue));

  const limits = createLimits(policy, limitStates, nowMs);
  const empty = new Set<number>();
  const trial: Trial = { claims: 0, jobs: new Map(), first: new Map() };
  let missed = 0;
  const asking = offers.length === 0 ? [anything] : offers;
  for (let at = 0; trial.claims < claims && missed < asking.length; at = (at + 1) % asking.length) {
    const offer = asking[at] ?? anything;
    const order = { candidates: (of: Offer) => (offer === anything ? everything : lists.of(of)), empty, limits };
    const [pick] = pickFor({ offer, slots: 1, picks: [] }, order);
    missed = pick === undefined ? missed + 1 : 0;
    if (pick === undefined) continue;
    const { queue } = pick;
    trial.claims += 1;
    const taken = (trial.jobs.get(queue.taskQueueId) ?? 0) + 1;
    trial.jobs.set(queue.taskQueueId, taken);
    if (taken === 1) trial.first.set(queue.taskQueueId, trial.claims);
    if (taken >= queue.waiting) empty.add(queue.taskQueueId);
    queue.lastServed = trial.claims;
  }
  return trial;
}

const anything: Offer = {
  vo: '*', site: '', platform: '', tags: [], processors: Infinity, ramMB: Infinity, cpuTimeLeftS: Infinity,
}; // prettier-ignore
