import fc from 'fast-check';
import { addCandidate, charge, nextQueue, noCandidates, refund, removeCandidate, reweigh } from './fair-order.ts';
import type { Placed } from './fair-order.ts';
import { createPlaces } from './places.ts';

interface Queue extends Placed {
  name: string;
}

/** Queues of groups with shares, in which jobs never end. */
function federation(shares: Record<string, number>, owners: Record<string, number> = {}) {
  const places = createPlaces({ vo: () => 1000, group: ({ ownerGroup }) => shares[ownerGroup] ?? 1000 });
  const candidates = noCandidates<Queue>();
  let id = 0;
  const add = (ownerGroup: string, owner = 'o', more: { priority?: number; urgent?: boolean; vo?: string } = {}): Queue => {
    id += 1;
    const turns = places.enter({ vo: more.vo ?? 'v', ownerGroup, owner });
    const queue = { name: `${ownerGroup}.${owner}`, taskQueueId: id, turns, topPriority: more.priority ?? 1, lastServed: 0 };
    addCandidate(candidates, queue, more.urgent ?? false);
    return queue;
  };
  for (const group of Object.keys(shares)) for (let o = 0; o < (owners[group] ?? 1); o += 1) add(group, `o${o}`);
  let turn = 0;
  const claim = (fits: (queue: Queue) => boolean = () => true): Queue | undefined => {
    const queue = nextQueue(candidates, fits);
    if (queue === undefined) return undefined;
    charge(queue.turns);
    turn += 1;
    queue.lastServed = turn;
    return queue;
  };
  const claims = (n: number, fits?: (queue: Queue) => boolean) => Array.from({ length: n }, () => claim(fits)?.name ?? 'nothing');
  return { places, candidates, add, claim, claims };
}

const countOf = (names: readonly string[], start: string): number => names.filter((name) => name.startsWith(start)).length;

describe('whose turn it is', () => {
  it('any shares, any window while all have work: each group has its part to within a claim or two, and nobody waits longer than its share says', () => {
    const groups = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.integer({ min: 1, max: 1000 }), { minKeys: 1 });
    fc.assert(
      fc.property(groups, fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }), (shares, before, window) => {
        const { claims } = federation(shares);
        claims(before);
        const names = claims(window);
        const total = Object.values(shares).reduce((sum, share) => sum + share, 0);
        for (const [group, share] of Object.entries(shares)) {
          expect(Math.abs(countOf(names, `${group}.`) - (window * share) / total)).toBeLessThanOrEqual(Object.keys(shares).length);
          const longest = names.join(' ').split(`${group}.o0`).map((gap) => gap.split(' ').filter(Boolean).length); // prettier-ignore
          expect(Math.max(...longest)).toBeLessThanOrEqual(Math.ceil(total / share) + Object.keys(shares).length);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('a group has its share however many people are in it, and they share it equally', () => {
    const names = federation({ many: 1000, one: 1000 }, { many: 10 }).claims(200);
    expect([countOf(names, 'many.'), countOf(names, 'one.')]).toEqual([100, 100]);
    for (let o = 0; o < 10; o += 1) expect(countOf(names, `many.o${o}`)).toBe(10);
  });

  it('VOs share what serves both, whatever their groups have', () => {
    const { add, claims, places } = federation({ a: 1 });
    add('b', 'o', { vo: 'w' });
    places.weigh({ vo: (vo) => (vo === 'w' ? 3000 : 1000), group: () => 1000 });
    const names = claims(400);
    expect([countOf(names, 'a.'), countOf(names, 'b.')]).toEqual([100, 300]);
  });

  it("urgent jobs come before all others of their VO, and take nothing of another VO's share", () => {
    const { add, claims } = federation({ a: 1000, b: 1000 });
    add('c', 'o', { urgent: true });
    add('d', 'o', { vo: 'w' });
    const names = claims(100);
    expect([countOf(names, 'c.'), countOf(names, 'd.')]).toEqual([50, 50]);
  });

  it('of one person’s queues the one with the higher priority first, then in turn', () => {
    const { add, claim } = federation({});
    const [low, high, other] = [add('g', 'o'), add('g', 'o', { priority: 5 }), add('g', 'o', { priority: 5 })];
    expect([claim(), claim(), claim()]).toEqual([high, other, high]);
    expect(claim((queue) => queue === low)).toBe(low);
  });

  it('who had nothing to do comes back where the others are; who could not be served catches up, but not without end', () => {
    const { add, claims, candidates } = federation({ a: 1000, b: 1000 });
    claims(5000, ({ name }) => name.startsWith('a.'));
    const caughtUp = claims(300);
    expect(countOf(caughtUp.slice(0, 100), 'b.')).toBeGreaterThanOrEqual(99);
    expect(countOf(caughtUp.slice(102), 'a.')).toBeGreaterThanOrEqual(98);
    const late = add('late');
    expect(countOf(claims(30), 'late.')).toBe(10);
    removeCandidate(candidates, late);
    expect(countOf(claims(30), 'late.')).toBe(0);
  });

  it('a new share leaves who is behind as many claims behind; a claim that found nothing costs nothing', () => {
    const { claim, claims, places } = federation({ a: 1000, b: 1000 });
    claims(10);
    places.weigh({ vo: () => 1000, group: ({ ownerGroup }) => (ownerGroup === 'a' ? 10 : 30) });
    expect(countOf(claims(40), 'b.')).toBe(30);
    const queue = claim();
    if (queue === undefined) throw new Error('nothing was claimed');
    refund(queue.turns);
    reweigh(queue.turns.group, queue.turns.group.share);
    expect(claim()).toBe(queue);
  });
});
