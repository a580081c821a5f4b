import { ContractError } from '@diraclab/contract';
import type { TaskQueue } from '../task-queues/matcher.ts';
import type { Requirements } from '../task-queues/requirements.ts';
import { ask, isOfVo } from './ask-matcher.ts';
import type { Answers, Reject } from './ask-matcher.ts';
import { countOf } from './cause-texts.ts';
import { memory } from './change-needs.ts';
import type { Resource } from './resource.ts';

interface Amount {
  need: 'numberOfProcessors' | 'minRamMB' | 'cpuTimeS';
  of: 'processors' | 'ramMB' | 'cpuTimeLeftS';
  least: number;
  say: (n: number) => string;
}

const amounts: readonly Amount[] = [
  { need: 'numberOfProcessors', of: 'processors', least: 1, say: (n) => countOf(n, 'processor') },
  { need: 'minRamMB', of: 'ramMB', least: 0, say: (n) => `${memory(n)} of memory` },
  { need: 'cpuTimeS', of: 'cpuTimeLeftS', least: 1, say: (n) => `${n.toLocaleString('en')} s of CPU time` },
];

const nothingAsked = { sites: [], bannedSites: [], platforms: [], tags: [], numberOfProcessors: 1, minRamMB: 0, cpuTimeS: 1 };

/**
 * A need that is larger than anything there is: alone it keeps every resource away, and without it some would come. Undefined where that is
 * not known for sure: of a resource that was only heard while it was busy, how large it is at rest is not known. Pure.
 */
export function neverFits(queue: TaskQueue, { refused, fitting }: Answers, reject: Reject): ContractError | undefined {
  const own = refused.filter(isOfVo).map(({ resource }) => resource);
  if (fitting.length > 0 || own.length === 0 || own.some(({ whole }) => !whole)) return undefined;
  const fit = (needs: Partial<Requirements>): Resource[] => {
    const requirements = { ...queue.requirements, ...nothingAsked, ...needs };
    return ask({ ...queue, requirements }, own, reject).fitting;
  };
  const free = fit({});
  if (free.length === 0) return undefined;
  const never = amounts.find(({ need }) => fit({ [need]: queue.requirements[need] }).length === 0);
  if (never === undefined) return undefined;
  const { need, of, say } = never;
  const largest = Math.max(...free.map(({ offer }) => offer[of]));
  return new ContractError(
    'NeverFits',
    `No resource can ever run this: it asks for ${say(queue.requirements[need])}, and the largest has ${say(largest)}.`,
    {
      next: `Ask for at most ${say(largest)} (${need} ${largest}), or submit with force to wait for a larger one.`,
    },
  );
}

/** A site nobody knows, with the nearest name there is. */
export function unknownSites(sites: readonly string[], known: ReadonlySet<string>): string | undefined {
  const unknown = sites.filter((site) => !known.has(site));
  if (unknown.length === 0) return undefined;
  const nearest = [...known].sort().map((name) => ({ name, far: distance(unknown[0] ?? '', name) })).sort((a, b) => a.far - b.far)[0]; // prettier-ignore
  const meant = nearest === undefined ? '' : nearest.far <= 3 ? ` Did you mean ${nearest.name}?` : ` One that is known is ${nearest.name}.`;
  return `No pilot of your VO is known at ${unknown.slice(0, 5).join(', ')}.${meant}`;
}

/** Letters to change, add or leave out (Levenshtein), upper and lower case alike. */
function distance(a: string, b: string): number {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()];
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
