import type { LimitedJobs, SiteLimit } from '@diraclab/contract';
import { bannedFor } from '../matching-policy/policy.ts';
import type { MatchingPolicy } from '../matching-policy/policy.ts';
import type { Rejection, Standing, TaskQueue } from './matcher.ts';

/** How a limit stands. */
export interface LimitState {
  limit: SiteLimit;
  /** Jobs it counts that pilots hold now. */
  running: number;
  /** Of a delay: the moment at which the next match would be in time (a token bucket as one number). */
  dueMs: number;
}

/** Limits as they stand, and as jobs are given away one after the other. Pure but for itself. */
export interface Limits extends Standing {
  take(queue: TaskQueue, site: string): void;
  /** The claim found nothing. */
  giveBack(queue: TaskQueue, site: string): void;
  /** Delays that were moved on. */
  moved(): LimitState[];
}

export const limitsAt = ({ operator }: MatchingPolicy, sites: ReadonlySet<string>): SiteLimit[] =>
  operator.limits.filter(({ site }) => sites.has(site));

export function createLimits(policy: MatchingPolicy, states: readonly LimitState[], nowMs: number): Limits {
  const moved = new Set<LimitState>();
  const of = (queue: TaskQueue, site: string): LimitState[] =>
    states.filter(({ limit }) => limit.site === site && counts(limit.jobs, queue));
  const move = (state: LimitState, by: 1 | -1): void => {
    state.running += by;
    const { delayS } = state.limit;
    if (delayS === undefined) return;
    state.dueMs = (by === 1 ? Math.max(state.dueMs, nowMs) : state.dueMs) + by * delayS * 1000;
    moved.add(state);
  };
  return {
    bannedFor: (vo, site) => bannedFor(policy, vo, site),
    limitOf(queue, site) {
      if (states.length === 0) return undefined;
      for (const state of of(queue, site)) {
        const refused = refusal(state, nowMs);
        if (refused !== undefined) return refused;
      }
      return undefined;
    },
    take: (queue, site) => of(queue, site).forEach((state) => move(state, 1)),
    giveBack: (queue, site) => of(queue, site).forEach((state) => move(state, -1)),
    moved: () => [...moved],
  };
}

/** Does a limit on these jobs count a job of this queue? */
export function counts({ vo, ownerGroup, owner, jobType }: LimitedJobs, queue: TaskQueue): boolean {
  return (
    (vo === undefined || vo === queue.vo) &&
    (ownerGroup === undefined || ownerGroup === queue.ownerGroup) &&
    (owner === undefined || owner === queue.owner) &&
    (jobType === undefined || jobType === queue.requirements.jobType)
  );
}

function refusal({ limit, running, dueMs }: LimitState, nowMs: number): Rejection | undefined {
  const whose = sayJobs(limit.jobs);
  if (limit.running !== undefined && running >= limit.running) {
    // How many others run there is not everybody's business.
    return { code: 'SITE_LIMIT', offered: `${limit.running} running at ${limit.site}`, needed: `at most ${limit.running}${whose}` };
  }
  const { delayS, burst = 1 } = limit;
  if (delayS !== undefined && dueMs - nowMs > (burst - 1) * delayS * 1000) {
    const nextS = Math.ceil((dueMs - nowMs) / 1000 - (burst - 1) * delayS);
    return { code: 'MATCHING_DELAY', offered: `${limit.site} in ${nextS} s`, needed: `${delayS} s between matches${whose}` };
  }
  return undefined;
}

const sayJobs = (jobs: LimitedJobs): string => {
  const said = Object.entries(jobs).map(([name, value]) => `${name} ${value}`);
  return said.length === 0 ? '' : ` of ${said.join(', ')}`;
};

/** The text by which a delay is found again; keys in a fixed order. */
export const nameOfJobs = ({ vo, ownerGroup, owner, jobType }: LimitedJobs): string => JSON.stringify([vo, ownerGroup, owner, jobType]);
