import type { WhyActor } from '@diraclab/contract';
import type { Rejection, RejectionCode } from '../task-queues/matcher.ts';

export interface CauseText {
  actor: WhyActor;
  /** After "the resource …". */
  says: (rejection: Rejection) => string;
  /** What is left when the rule has been asked. */
  step: (needed: string) => string;
  next: string;
  /** It passes by itself. */
  passing?: true;
}

/** A sentence for each way the matcher says no; `needed` and `offered` are its own words. */
export const causeTexts = {
  OTHER_VO: {
    actor: 'community',
    // Not which: what other communities have is not for everybody to list.
    says: ({ needed }) => `serves another VO; the job is of ${needed}`,
    step: (vo) => `of the VO ${vo}`,
    next: 'Submit with a group of a VO that has resources, or ask for access.',
  },
  OTHER_OWNER: {
    actor: 'turn',
    says: () => 'does not isolate payloads and runs jobs of another owner',
    step: () => 'free of other owners’ jobs',
    next: 'Wait until a pilot is free, or for one that isolates payloads.',
    passing: true,
  },
  OTHER_SITE: {
    actor: 'you',
    says: ({ offered, needed }) => `is at ${offered}; the job wants ${needed}`,
    step: (sites) => `at ${sites}`,
    next: 'Leave the sites out, or name one that has pilots.',
  },
  BANNED_SITE: {
    actor: 'you',
    says: ({ offered }) => `is at ${offered}, which the job excludes`,
    step: () => 'not excluded by the job',
    next: 'Take the site out of bannedSites.',
  },
  SITE_NOT_ACTIVE: {
    actor: 'site',
    says: ({ offered, needed }) => `is at ${offered}, which takes no jobs now: ${needed}`,
    step: () => 'at sites that take jobs',
    next: 'Wait until the site is back, or leave it out of the sites.',
    passing: true,
  },
  OTHER_PLATFORM: {
    actor: 'you',
    says: ({ offered, needed }) => `has the platform ${offered}; the job wants ${needed}`,
    step: (platforms) => `with platform ${platforms}`,
    next: 'Leave the platforms out, or name one that is offered.',
  },
  MISSING_TAG: {
    actor: 'you',
    says: ({ offered, needed }) => `offers ${offered}; the job needs the tag ${needed}`,
    step: (tags) => `with tag ${tags}`,
    next: 'Leave the tag out, or ask for a resource that offers it.',
  },
  REQUIRED_TAG: {
    actor: 'you',
    says: ({ offered }) => `takes only jobs with the tag ${offered}`,
    step: () => 'open to jobs without its own tag',
    next: 'Give the job the tag if it needs what the tag stands for; else wait for another resource.',
  },
  WHOLE_NODE: {
    actor: 'turn',
    says: () => 'has other jobs on its node; the job wants a whole node',
    step: () => 'with a whole node',
    next: 'Wait until a node is free, or ask for a number of processors instead of a whole node.',
  },
  TOO_LITTLE_TIME: {
    actor: 'you',
    says: ({ offered, needed }) => `has ${offered} s of CPU time left; the job asks for ${needed} s`,
    step: (seconds) => `with ${seconds} s of CPU time`,
    next: 'Ask for less CPU time.',
  },
  TOO_FEW_PROCESSORS: {
    actor: 'you',
    says: ({ offered, needed }) => `has ${offered} processors; the job asks for ${needed}`,
    step: (processors) => `with ${processors} processors`,
    next: 'Ask for fewer processors.',
  },
  TOO_FEW_GPUS: {
    actor: 'you',
    says: ({ offered, needed }) => `has ${offered === '0' ? 'no' : offered} free GPUs; the job asks for ${needed}`,
    step: (gpus) => `with ${gpus} GPUs`,
    next: 'Ask for fewer GPUs, or wait for a resource that has them.',
  },
  TOO_LITTLE_GPU_MEMORY: {
    actor: 'you',
    says: ({ offered, needed }) => `has GPUs of ${offered} MB; the job asks for ${needed} MB each`,
    step: (mb) => `with ${mb} MB a GPU`,
    next: 'Ask for less memory of a GPU.',
  },
  TOO_LITTLE_MEMORY: {
    actor: 'you',
    says: ({ offered, needed }) => `has ${offered} MB of memory; the job asks for ${needed} MB`,
    step: (memory) => `with ${memory} MB of memory`,
    next: 'Ask for less memory.',
  },
  SITE_LIMIT: {
    actor: 'site',
    says: ({ offered, needed }) => `is at a site that runs as many such jobs as it may: ${[offered, needed].filter(Boolean).join(', ')}`,
    step: () => 'below the limits of the site',
    next: 'Nothing to do: jobs go there as others end. Or let it run at more sites.',
    passing: true,
  },
  MATCHING_DELAY: {
    actor: 'site',
    says: ({ offered, needed }) => `is at a site that takes such jobs one after another: ${[offered, needed].filter(Boolean).join(', ')}`,
    step: () => 'past the delay between two matches of the site',
    next: 'Nothing to do: it goes there after the delay.',
    passing: true,
  },
} as const satisfies Record<RejectionCode, CauseText> & Record<string, CauseText>;

export const textOf = (code: RejectionCode): CauseText => causeTexts[code];

export const countOf = (n: number, what: string): string => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
