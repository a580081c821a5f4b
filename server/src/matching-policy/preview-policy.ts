import type { PolicyPreview } from '@diraclab/contract';
import { limitsAt } from '../task-queues/limits.ts';
import { readLimits } from '../task-queues/limit-store.ts';
import type { LimitState } from '../task-queues/limits.ts';
import { anyVo } from '../task-queues/matcher.ts';
import { toOffer } from '../task-queues/claim-jobs.ts';
import { loadQueues } from '../task-queues/task-queue-store.ts';
import type { StoredQueue } from '../task-queues/task-queue-store.ts';
import type { LiveOffer } from '../task-queues/waiting-pilots.ts';
import type { Db } from '../database/port.ts';
import type { MatchingPolicy, MeasuredUse } from './policy.ts';
import { tryOut } from './try-out.ts';
import type { Snapshot, Trial } from './try-out.ts';

export interface PreviewParts {
  now: MatchingPolicy;
  then: MatchingPolicy;
  measured: readonly MeasuredUse[];
  /** Of `then`'s correctors. */
  measuredThen: readonly MeasuredUse[];
  offers: readonly LiveOffer[];
  nowMs: number;
  /** Whose queues and pilots are looked at; undefined: everybody's. A VO's manager learns nothing of others, not even how much they have. */
  vo: string | undefined;
  claims: number;
}

const mostQueues = 200;

/** Tries both policies out on the queues as they are, by the functions that match. Writes nothing. */
export async function previewPolicy(db: Db, parts: PreviewParts): Promise<PolicyPreview> {
  const { now, then, claims, vo } = parts;
  const queues = (await loadQueues(db)).filter((queue) => vo === undefined || queue.vo === vo);
  const live = parts.offers.filter(({ pilot }) => vo === undefined || pilot.vo === vo || pilot.vo === anyVo);
  const offers = live.map(({ pilot, offer }) => toOffer(pilot, offer));
  const snapshot: Snapshot = { queues, offers, nowMs: parts.nowMs };
  const sites = new Set(offers.map(({ site }) => site));
  const limitsOf = async (policy: MatchingPolicy): Promise<LimitState[]> => readLimits(db, limitsAt(policy, sites));
  const before = tryOut(snapshot, now, parts.measured, await limitsOf(now), claims);
  const after = tryOut(snapshot, then, parts.measuredThen, await limitsOf(then), claims);
  return { claims, pilots: offers.length, groups: compareGroups(queues, before, after), queues: compareQueues(queues, before, after) };
}

function compareGroups(queues: readonly StoredQueue[], before: Trial, after: Trial): PolicyPreview['groups'] {
  const groups = Map.groupBy(queues, ({ vo, ownerGroup }) => JSON.stringify([vo, ownerGroup]));
  const part = (trial: Trial, of: readonly StoredQueue[]): number =>
    trial.claims === 0 ? 0 : of.reduce((sum, { taskQueueId }) => sum + (trial.jobs.get(taskQueueId) ?? 0), 0) / trial.claims;
  return [...groups.values()].map((of) => ({
    vo: of[0]?.vo ?? '',
    ownerGroup: of[0]?.ownerGroup ?? '',
    waiting: of.reduce((sum, { waiting }) => sum + waiting, 0),
    partNow: part(before, of),
    partThen: part(after, of),
  }));
}

function compareQueues(queues: readonly StoredQueue[], before: Trial, after: Trial): PolicyPreview['queues'] {
  const rows = queues.map(({ taskQueueId, ownerGroup, owner, requirements, waiting }) => ({
    taskQueueId,
    ownerGroup,
    owner,
    tags: requirements.tags,
    waiting,
    firstNow: before.first.get(taskQueueId) ?? null,
    firstThen: after.first.get(taskQueueId) ?? null,
    jobsNow: before.jobs.get(taskQueueId) ?? 0,
    jobsThen: after.jobs.get(taskQueueId) ?? 0,
  }));
  const moves = (row: (typeof rows)[number]): number => Math.abs(row.jobsThen - row.jobsNow);
  return rows
    .filter((row) => row.firstNow !== row.firstThen || row.jobsNow !== row.jobsThen)
    .sort((a, b) => moves(b) - moves(a) || a.taskQueueId - b.taskQueueId)
    .slice(0, mostQueues);
}
