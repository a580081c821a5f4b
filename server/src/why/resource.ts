import { cpuTimeBinsS } from '../task-queues/requirements.ts';
import type { Offer } from '../task-queues/matcher.ts';

/** One kind of node behind one computing element, at its best: what a pilot there offers before it has taken anything. */
export interface Resource {
  computingElement: string;
  offer: Offer;
  /** Its capacity is known: configured, or heard from a pilot that had taken nothing yet. Others may be larger than they said. */
  whole: boolean;
  /** False while it is only configured: platform and tags are told by its first pilot. */
  spoken: boolean;
}

export interface LivePilot {
  computingElement: string;
  offer: Offer;
  /** It takes a job now. */
  asking: boolean;
}

const isAmount = (value: unknown): value is number | boolean => typeof value === 'number' || typeof value === 'boolean';
const amounts = (offer: Offer) => Object.entries(offer).filter((entry): entry is [string, number | boolean] => isAmount(entry[1]));

/** What does not become less while a pilot works: where it is and what it is. */
export function kindOf(computingElement: string, offer: Offer): string {
  const names = Object.entries(offer).filter(([, value]) => value !== undefined && !isAmount(value));
  return JSON.stringify([computingElement, ...names.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, sorted(value)])]);
}

const sorted = (value: unknown): unknown => (Array.isArray(value) ? [...(value as string[])].sort() : value);

/** Of two offers of a kind: does the first have at least as much of everything? What only fits the second fits the first too. */
export function covers(offer: Offer, other: Offer): boolean {
  const own = new Map(amounts(offer));
  return amounts(other).every(([name, value]) => Number(own.get(name) ?? 0) >= Number(value));
}

/** Time left goes down with every second; jobs ask in bins, so that rounding down to one changes no answer. */
export function atRest(offer: Offer): Offer {
  const { cpuTimeLeftS, tags } = offer;
  const last = cpuTimeBinsS.at(-1) ?? 0;
  const bin = cpuTimeLeftS >= last ? last * Math.floor(cpuTimeLeftS / last) : (cpuTimeBinsS.findLast((one) => one <= cpuTimeLeftS) ?? 0);
  return { ...offer, tags: [...tags].sort(), cpuTimeLeftS: bin };
}
