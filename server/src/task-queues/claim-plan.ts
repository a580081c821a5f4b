import type { Candidates } from './fair-order.ts';
import { charge, nextQueue, refund } from './fair-order.ts';
import type { PlacedQueue } from './candidate-lists.ts';
import type { Limits } from './limits.ts';
import { processorsFor, quantityRejection, soleOwnerOf } from './matcher.ts';
import type { Offer } from './matcher.ts';

/** A pilot's question while it is dealt with: what is left of its offer, and what it is to get. */
export interface Asking {
  offer: Offer;
  slots: number;
  picks: Pick[];
  /** Payloads of this pilot could reach each other: after the first job only its owner's. */
  oneOwner?: boolean;
}

export interface Pick {
  asking: Asking;
  queue: PlacedQueue;
  /** What the job gets of the offer. */
  processors: number;
}

export interface Order {
  candidates(offer: Offer): Candidates<PlacedQueue>;
  /** Queues in which nothing was found. */
  empty: ReadonlySet<number>;
  limits: Limits;
}

/** Fills one offer with jobs that fit into it together, each of the queue whose turn it is. Tells what it picked; whether the jobs are there is the database's to say. */
export function pickFor(asking: Asking, { candidates, empty, limits }: Order): Pick[] {
  const picks: Pick[] = [];
  while (asking.slots > 0) {
    const { offer } = asking;
    const fits = (queue: PlacedQueue): boolean =>
      !empty.has(queue.taskQueueId) && quantityRejection(queue, offer) === undefined && limits.limitOf(queue, offer.site) === undefined;
    const queue = nextQueue(candidates(offer), fits);
    if (queue === undefined) break;
    const pick = { asking, queue, processors: processorsFor(queue.requirements, offer) };
    charge(queue.turns);
    limits.take(queue, offer.site);
    take(asking, pick, 1);
    picks.push(pick);
  }
  return picks;
}

/** There was no job for it. */
export function dropPick(pick: Pick, limits: Limits): void {
  refund(pick.queue.turns);
  limits.giveBack(pick.queue, pick.asking.offer.site);
  take(pick.asking, pick, -1);
}

function take(asking: Asking, { queue, processors }: Pick, sign: 1 | -1): void {
  const { offer } = asking;
  asking.slots -= sign;
  asking.offer = {
    ...offer,
    processors: offer.processors - sign * processors,
    ramMB: offer.ramMB - sign * queue.requirements.minRamMB,
    ...(offer.gpus === undefined ? {} : { gpus: offer.gpus - sign * (queue.requirements.numberOfGpus ?? 0) }),
    ...(asking.oneOwner === true && sign === 1 ? { soleOwner: soleOwnerOf(queue) } : {}),
    ...(offer.wholeNode === true && sign === 1 ? { wholeNode: false } : {}),
  };
}
