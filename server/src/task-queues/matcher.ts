import type { Requirements } from './requirements.ts';

/** What the matcher knows of a pilot: its own words (ResourceOffer) and the server's (site, VO). */
export interface Offer {
  /** {@link anyVo} for a pilot of the service that serves every VO. */
  vo: string;
  site: string;
  platform: string;
  tags: readonly string[];
  requiredTags?: readonly string[];
  /** The processors are a whole node and nothing runs on it. */
  wholeNode?: boolean;
  processors: number;
  ramMB: number;
  cpuTimeLeftS: number;
  /** `vo/owner`: a pilot without isolation runs the jobs of one owner only, its first. */
  soleOwner?: string | undefined;
  gpus?: number | undefined;
  gpuRamMB?: number | undefined;
}

/** No VO can have this name. */
export const anyVo = '*';

export interface TaskQueue {
  taskQueueId: number;
  vo: string;
  owner: string;
  ownerGroup: string;
  requirements: Requirements;
}

export const rejectionCodes = [
  'OTHER_VO',
  'OTHER_OWNER',
  'OTHER_SITE',
  'BANNED_SITE',
  'SITE_NOT_ACTIVE',
  'OTHER_PLATFORM',
  'MISSING_TAG',
  'REQUIRED_TAG',
  'WHOLE_NODE',
  'TOO_LITTLE_TIME',
  'TOO_FEW_PROCESSORS',
  'TOO_LITTLE_MEMORY',
  'TOO_FEW_GPUS',
  'TOO_LITTLE_GPU_MEMORY',
  'SITE_LIMIT',
  'MATCHING_DELAY',
] as const;
export type RejectionCode = (typeof rejectionCodes)[number];

export interface Rejection {
  code: RejectionCode;
  offered: string;
  needed: string;
}

/** What the policies say about a site: changes with them, and with what runs there. */
export interface Standing {
  /** Why the site takes no jobs of this VO. */
  bannedFor(vo: string, site: string): string | undefined;
  /** The limit of the site that keeps one more job of this queue away, now. */
  limitOf(queue: TaskQueue, site: string): Rejection | undefined;
}

export const noLimits: Standing = { bannedFor: () => undefined, limitOf: () => undefined };

const no = (code: RejectionCode, offered: string | number, needed: string | number): Rejection => ({
  code,
  offered: String(offered),
  needed: String(needed),
});

/**
 * Why this queue's jobs cannot go to this offer; undefined when they can. The rules are DIRAC's (a named site, platform or tag must be
 * offered; time, memory and processors must suffice; site mask and limits). Matching and *why* both ask this function, so that an
 * explanation is never a guess. In three parts, by how often an answer changes: matching keeps the first one's in lists.
 */
export function rejection(queue: TaskQueue, offer: Offer, standing: Standing = noLimits): Rejection | undefined {
  return fixedRejection(queue, offer, standing) ?? quantityRejection(queue, offer) ?? standing.limitOf(queue, offer.site);
}

/** DIRAC's Test jobs go to banned sites, to see whether they can be taken back. */
const testJobType = 'Test';

/** By what does not change while a pilot lives, nor until a policy is saved. */
export function fixedRejection(queue: TaskQueue, offer: Offer, standing: Standing): Rejection | undefined {
  const { sites, bannedSites, platforms, tags, jobType, wholeNode } = queue.requirements;
  if (queue.vo !== offer.vo && offer.vo !== anyVo) return no('OTHER_VO', offer.vo, queue.vo);
  // Without names: whose jobs a pilot runs is not everybody's business.
  if (offer.soleOwner !== undefined && offer.soleOwner !== soleOwnerOf(queue)) return no('OTHER_OWNER', 'another owner', queue.owner);
  if (sites.length > 0 && !sites.includes(offer.site)) return no('OTHER_SITE', offer.site, sites.join(', '));
  if (bannedSites.includes(offer.site)) return no('BANNED_SITE', offer.site, `not ${offer.site}`);
  const banned = jobType === testJobType ? undefined : standing.bannedFor(queue.vo, offer.site);
  if (banned !== undefined) return no('SITE_NOT_ACTIVE', offer.site, banned);
  if (platforms.length > 0 && !platforms.includes(offer.platform)) return no('OTHER_PLATFORM', offer.platform, platforms.join(', '));
  const missing = tags.filter((tag) => !offer.tags.includes(tag));
  if (missing.length > 0) return no('MISSING_TAG', offer.tags.join(', ') || 'no tag', missing.join(', '));
  const unasked = offer.requiredTags?.filter((tag) => !impliedTags(queue.requirements).includes(tag)) ?? [];
  if (unasked.length > 0) return no('REQUIRED_TAG', unasked.join(', '), tags.join(', ') || 'no tag');
  if (wholeNode && offer.wholeNode !== true) return no('WHOLE_NODE', 'part of a node', 'a whole node');
  return undefined;
}

/** As DIRAC has it, so that a resource can require them. */
function impliedTags({ tags, numberOfProcessors, wholeNode }: Requirements): readonly string[] {
  const more = [...(numberOfProcessors > 1 || wholeNode ? ['MultiProcessor'] : []), ...(wholeNode ? ['WholeNode'] : [])];
  return more.length === 0 ? tags : [...tags, ...more];
}

/** By what is less with every job a pilot takes. */
export function quantityRejection({ requirements: needs }: TaskQueue, offer: Offer): Rejection | undefined {
  if (needs.cpuTimeS > offer.cpuTimeLeftS) return no('TOO_LITTLE_TIME', offer.cpuTimeLeftS, needs.cpuTimeS);
  if (needs.numberOfProcessors > offer.processors) return no('TOO_FEW_PROCESSORS', offer.processors, needs.numberOfProcessors);
  if (needs.minRamMB > offer.ramMB) return no('TOO_LITTLE_MEMORY', offer.ramMB, needs.minRamMB);
  const { numberOfGpus = 0, gpuRamMB = 0 } = needs;
  if (numberOfGpus > (offer.gpus ?? 0)) return no('TOO_FEW_GPUS', offer.gpus ?? 0, numberOfGpus);
  if (gpuRamMB > (offer.gpuRamMB ?? 0)) return no('TOO_LITTLE_GPU_MEMORY', offer.gpuRamMB ?? 0, gpuRamMB);
  return undefined;
}

export const soleOwnerOf = ({ vo, owner }: Pick<TaskQueue, 'vo' | 'owner'>): string => `${vo}/${owner}`;

/** How many of the processors offered a job of these needs gets. */
export const processorsFor = (needs: Requirements, offer: Offer): number => Math.min(needs.maxProcessors, offer.processors);
