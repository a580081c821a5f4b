import type { Requirements } from './requirements.ts';

/** What the matcher knows of a pilot: its own words (ResourceOffer) and the server's (site, VO). */
export interface Offer {
  vo: string;
  site: string;
  platform: string;
  tags: readonly string[];
  processors: number;
  ramMB: number;
  cpuTimeLeftS: number;
  /** `vo/owner`: a pilot without isolation runs the jobs of one owner only, its first. */
  soleOwner?: string | undefined;
  gpus?: number | undefined;
  gpuRamMB?: number | undefined;
}

export interface TaskQueue {
  taskQueueId: number;
  vo: string;
  owner: string;
  ownerGroup: string;
  requirements: Requirements;
}

/** Every way to say no, in the order in which the rules are asked: an explanation counts what each of them leaves. */
export const rejectionCodes = [
  'OTHER_VO', 'OTHER_OWNER', 'OTHER_SITE', 'BANNED_SITE', 'OTHER_PLATFORM', 'MISSING_TAG', 'TOO_LITTLE_TIME', 'TOO_FEW_PROCESSORS',
  'TOO_LITTLE_MEMORY', 'TOO_FEW_GPUS', 'TOO_LITTLE_GPU_MEMORY',
] as const; // prettier-ignore
export type RejectionCode = (typeof rejectionCodes)[number];

export interface Rejection {
  code: RejectionCode;
  offered: string;
  needed: string;
}

/**
 * Why this queue's jobs cannot go to this offer; undefined when they can. The rules are DIRAC's (a named site, platform or tag must be
 * offered; time, memory and processors must suffice). Matching and *why* both ask this function, so that an explanation is never a guess.
 */
export function rejection(queue: TaskQueue, offer: Offer): Rejection | undefined {
  const needs = queue.requirements;
  const no = (code: Rejection['code'], offered: string | number, needed: string | number): Rejection => ({
    code,
    offered: String(offered),
    needed: String(needed),
  });
  if (queue.vo !== offer.vo) return no('OTHER_VO', offer.vo, queue.vo);
  // Without names: whose jobs a pilot runs is not everybody's business.
  if (offer.soleOwner !== undefined && offer.soleOwner !== soleOwnerOf(queue)) return no('OTHER_OWNER', 'another owner', queue.owner);
  if (needs.sites.length > 0 && !needs.sites.includes(offer.site)) return no('OTHER_SITE', offer.site, needs.sites.join(', '));
  if (needs.bannedSites.includes(offer.site)) return no('BANNED_SITE', offer.site, `not ${offer.site}`);
  if (needs.platforms.length > 0 && !needs.platforms.includes(offer.platform))
    return no('OTHER_PLATFORM', offer.platform, needs.platforms.join(', '));
  const missing = needs.tags.filter((tag) => !offer.tags.includes(tag));
  if (missing.length > 0) return no('MISSING_TAG', offer.tags.join(', ') || 'no tag', missing.join(', '));
  if (needs.cpuTimeS > offer.cpuTimeLeftS) return no('TOO_LITTLE_TIME', offer.cpuTimeLeftS, needs.cpuTimeS);
  if (needs.numberOfProcessors > offer.processors) return no('TOO_FEW_PROCESSORS', offer.processors, needs.numberOfProcessors);
  if (needs.minRamMB > offer.ramMB) return no('TOO_LITTLE_MEMORY', offer.ramMB, needs.minRamMB);
  const { numberOfGpus = 0, gpuRamMB = 0 } = needs;
  if (numberOfGpus > (offer.gpus ?? 0)) return no('TOO_FEW_GPUS', offer.gpus ?? 0, numberOfGpus);
  if (gpuRamMB > (offer.gpuRamMB ?? 0)) return no('TOO_LITTLE_GPU_MEMORY', offer.gpuRamMB ?? 0, gpuRamMB);
  return undefined;
}

export const soleOwnerOf = ({ vo, owner }: Pick<TaskQueue, 'vo' | 'owner'>): string => `${vo}/${owner}`;

/** The queues an offer can be given jobs of. */
export function candidates<Q extends TaskQueue>(queues: Iterable<Q>, offer: Offer): Q[] {
  const fitting: Q[] = [];
  for (const queue of queues) if (rejection(queue, offer) === undefined) fitting.push(queue);
  return fitting;
}
