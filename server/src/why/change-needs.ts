import type { ChangedNeeds, NeedChange } from '@diraclab/contract';
import type { TaskQueue } from '../task-queues/matcher.ts';
import type { Requirements } from '../task-queues/requirements.ts';
import { ask, fitsOf } from './ask-matcher.ts';
import type { Answers, Reject } from './ask-matcher.ts';
import { countOf } from './cause-texts.ts';
import type { Resource } from './resource.ts';

interface Candidate {
  change: ChangedNeeds;
  text: string;
}

/** Changes that are shown; more are no help. */
const mostChanges = 5;
/** Names tried one by one, of a need that lists many. */
const mostNames = 20;

/**
 * For each need the smallest change that makes the job fit more, by asking the matcher again: first without the need, to see who would come in,
 * then with the value that the best of those offers. Three questions a need and resource, however many values there are. Pure.
 */
export function changesThatHelp(queue: TaskQueue, before: Answers, reject: Reject): NeedChange[] {
  const now = before.fitting.length;
  const { of } = fitsOf(before);
  const left = before.refused.map(({ resource }) => resource);
  // Who fits now fits with less as well: only those that said no are asked again.
  const fitsWith = (change: Partial<Requirements>): Resource[] =>
    left.length === 0 ? [] : ask({ ...queue, requirements: { ...queue.requirements, ...change } }, left, reject).fitting;
  return candidates(queue.requirements, fitsWith)
    .map(({ change, text }) => ({ change, text, fits: now + fitsWith(change as Partial<Requirements>).length }))
    .filter(({ fits }) => fits > now)
    .sort((a, b) => b.fits - a.fits)
    .slice(0, mostChanges)
    .map(({ change, text, fits }) => ({ change, text: `${text}: fits ${countOf(fits, 'resource')} of ${of}`, fits }));
}

type FitsWith = (change: Partial<Requirements>) => Resource[];

function candidates(needs: Requirements, fitsWith: FitsWith): Candidate[] {
  const most = (found: readonly Resource[], amount: 'ramMB' | 'processors' | 'cpuTimeLeftS') =>
    Math.max(...found.map(({ offer }) => offer[amount]));
  const tried: Candidate[] = [];
  const less = (need: 'minRamMB' | 'numberOfProcessors' | 'cpuTimeS', amount: Parameters<typeof most>[1], least: number, say: (n: number) => string) => {
    const found = needs[need] > least ? fitsWith({ [need]: least }) : [];
    if (found.length === 0) return;
    const value = Math.min(most(found, amount), needs[need]);
    tried.push({ change: { [need]: value }, text: `${say(value)} instead of ${say(needs[need])}` });
  }; // prettier-ignore
  less('minRamMB', 'ramMB', 0, memory);
  less('numberOfProcessors', 'processors', 1, (n) => countOf(n, 'processor'));
  less('cpuTimeS', 'cpuTimeLeftS', 1, (s) => `${s.toLocaleString('en')} s of CPU time`);
  for (const name of ['tags', 'bannedSites'] as const) {
    for (const one of needs[name].slice(0, mostNames)) {
      const rest = needs[name].filter((other) => other !== one);
      tried.push({ change: { [name]: rest }, text: name === 'tags' ? `without the tag ${one}` : `without excluding ${one}` });
    }
  }
  if (needs.sites.length > 0) tried.push({ change: { sites: [] }, text: 'at any site' });
  if (needs.platforms.length > 0) tried.push({ change: { platforms: [] }, text: 'on any platform' });
  return tried;
}

/** As one would say it; exact, so that what is asked for is what is said. */
export function memory(megabytes: number): string {
  return megabytes >= 1024 && megabytes % 1024 === 0 ? `${megabytes / 1024} GiB` : `${megabytes.toLocaleString('en')} MB`;
}
