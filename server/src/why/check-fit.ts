import { ContractError } from '@diraclab/contract';
import type { JobDescription } from '@diraclab/contract';
import type { Caller } from '../identity/caller.ts';
import type { FitCheck } from '../jobs/submit-job.ts';
import type { TaskQueue } from '../task-queues/matcher.ts';
import { canonical, requirementsOf } from '../task-queues/requirements.ts';
import { ask, fitsOf, isOfVo } from './ask-matcher.ts';
import type { Answers, Reject } from './ask-matcher.ts';
import { explainWaiting } from './explain-waiting.ts';
import type { KnownResources } from './known-resources.ts';
import { neverFits, unknownSites } from './never-fits.ts';
import type { Resource } from './resource.ts';

/**
 * What a job would meet, before it is accepted. Impossible for ever is refused; impossible now is a warning, because a pilot that can may come.
 * A site nobody knows is refused where all sites are configured; elsewhere it may be one that has had no reason to start a pilot. Pure.
 */
export function checkFit(
  description: JobDescription,
  caller: Pick<Caller, 'vo' | 'owner' | 'ownerGroup'>,
  resources: readonly Resource[],
  reject: Reject,
  allSites: readonly string[] | undefined,
): FitCheck {
  const { vo, owner, ownerGroup } = caller;
  const queue: TaskQueue = { taskQueueId: 0, vo, owner, ownerGroup, requirements: requirementsOf(description) };
  const answers = ask(queue, resources, reject);
  const fits = fitsOf(answers);
  if (fits.of === 0)
    return { fits, warnings: ['No pilot of your VO has asked for jobs lately: it waits until one does.'], refusal: undefined };
  const { sites } = queue.requirements;
  const strange = unknownSites(sites, new Set([...(allSites ?? []), ...sitesOf(answers)]));
  if (fits.now > 0) return { fits, warnings: strange === undefined ? [] : [strange], refusal: undefined };
  const nowhere = strange !== undefined && allSites !== undefined && !sites.some((site) => allSites.includes(site));
  const refusal = nowhere
    ? new ContractError('NeverFits', strange, { next: 'Correct the name, leave the sites out, or submit with force.' })
    : neverFits(queue, answers, reject);
  const { headline, next } = explainWaiting(queue, { resources, pilots: [], reject, ahead: 0 });
  return { fits, warnings: [...(strange === undefined ? [] : [strange]), next === null ? headline : `${headline} ${next}`], refusal };
}

const sitesOf = ({ fitting, refused }: Answers): string[] =>
  [...fitting, ...refused.filter(isOfVo).map(({ resource }) => resource)].map(({ offer }) => offer.site);

/** Answers kept, by needs: a thousand equal submissions ask the matcher once. */
const mostKept = 1_000;

export function createCheckFit(resources: KnownResources, reject: Reject, allSites: readonly string[] | undefined) {
  const kept = new Map<string, FitCheck>();
  let version = -1;
  return (description: JobDescription, caller: Caller): FitCheck => {
    if (version !== resources.version() || kept.size >= mostKept) kept.clear();
    version = resources.version();
    const key = JSON.stringify([caller.vo, canonical(requirementsOf(description))]);
    const check = kept.get(key) ?? checkFit(description, caller, resources.list(), reject, allSites);
    kept.set(key, check);
    return check;
  };
}
