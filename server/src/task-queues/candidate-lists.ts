import { addCandidate, noCandidates, removeCandidate } from './fair-order.ts';
import type { Candidates, Placed } from './fair-order.ts';
import { fixedRejection, noLimits } from './matcher.ts';
import type { Offer, Standing } from './matcher.ts';
import type { StoredQueue } from './task-queue-store.ts';

export type PlacedQueue = StoredQueue & Placed;

/**
 * For each kind of pilot the queues it may take jobs of: made when such a pilot first asks, and kept as queues come and go, so that a match
 * does not ask the rules of every queue again (measured elsewhere: three times as many matches a second at 400 queues).
 */
export interface CandidateLists {
  of(offer: Offer): Candidates<PlacedQueue>;
  add(queue: PlacedQueue): void;
  remove(queue: PlacedQueue): void;
  /** Other rules: all lists are made anew. */
  start(by: Rules): void;
}

export interface Rules {
  isUrgent(queue: PlacedQueue): boolean;
  rules: Standing;
}

/** Pilots of one queue of one site are alike; the kind asked for longest ago is forgotten first. */
const mostLists = 200;

export function createCandidateLists(queues: ReadonlyMap<number, PlacedQueue>): CandidateLists {
  const lists = new Map<string, { offer: Offer; candidates: Candidates<PlacedQueue> }>();
  let by: Rules = { isUrgent: () => false, rules: noLimits };

  const consider = ({ offer, candidates }: { offer: Offer; candidates: Candidates<PlacedQueue> }, queue: PlacedQueue): void => {
    if (fixedRejection(queue, offer, by.rules) === undefined) addCandidate(candidates, queue, by.isUrgent(queue));
  };

  return {
    of(offer) {
      const name = kindOf(offer);
      let list = lists.get(name);
      if (list === undefined) {
        list = { offer: { ...offer, tags: [...offer.tags] }, candidates: noCandidates() };
        for (const queue of queues.values()) consider(list, queue);
        if (lists.size >= mostLists) lists.delete(lists.keys().next().value ?? '');
      } else {
        lists.delete(name);
      }
      lists.set(name, list);
      return list.candidates;
    },
    add(queue) {
      for (const list of lists.values()) consider(list, queue);
    },
    remove(queue) {
      for (const { candidates } of lists.values()) removeCandidate(candidates, queue);
    },
    start(next) {
      by = next;
      lists.clear();
    },
  };
}

/** Everything but the quantities, which change with every job it takes. */
function kindOf(offer: Offer): string {
  const kind: Partial<Offer> = { ...offer };
  delete kind.processors;
  delete kind.ramMB;
  delete kind.cpuTimeLeftS;
  delete kind.gpus;
  delete kind.gpuRamMB;
  return JSON.stringify(kind);
}
