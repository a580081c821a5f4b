import type { JobDescription, MatchedJob, ResourceOffer } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import { groupCommit } from '../group-commit.ts';
import { appliedOf } from '../jobs/apply-drafts.ts';
import type { Applied } from '../jobs/apply-drafts.ts';
import { expandDescription } from '../jobs/expand-parameters.ts';
import type { JobDraft } from '../jobs/job-draft.ts';
import { readDescriptions } from '../jobs/job-store.ts';
import { claimTogether, toOffer } from './claim-jobs.ts';
import type { Ask, ClaimedJob, KnownPilot } from './claim-jobs.ts';
import { readLimits } from './limit-store.ts';
import { createLimits, limitsAt } from './limits.ts';
import type { Standing } from './matcher.ts';
import type { QueueTable } from './queue-table.ts';

export interface Matcher {
  /** Claims jobs for a pilot; empty when nothing fits now. */
  match(pilot: KnownPilot, offer: ResourceOffer): Promise<MatchedJob[]>;
  /** Is there a queue for this offer, as far as is known here? */
  fits(pilot: KnownPilot, offer: ResourceOffer): boolean;
  /** Learns what other servers did. */
  refresh(): Promise<unknown>;
  /** What the policies say about these sites now. */
  standingOf(sites: Iterable<string>): Promise<Standing>;
}

interface Result {
  jobs: ClaimedJob[];
  held: readonly JobDraft[];
  emptied: ReadonlySet<number>;
  /** Of the whole transaction. */
  descriptions: () => Promise<Descriptions>;
}

type Descriptions = ReadonlyMap<number, JobDescription>;

/** `afterCommit` hears of every claim before its pilot is answered. */
export function createMatcher(
  database: Database,
  queues: QueueTable,
  maxOutputBytes: number,
  afterCommit: (applied: Applied) => Promise<void>,
): Matcher {
  // Claims of pilots that ask at the same time share one commit, and what they read and write shares each statement.
  const claim = groupCommit<Ask, Result>(database, async (tx, asks, nowMs) => {
    const { jobs, held, emptied } = await claimTogether(tx, queues, asks, nowMs);
    // One read for all, and a sweep's jobs share theirs; after the commit, so that the next claims need not wait for it.
    const ids = jobs.flat().map(({ draft }) => draft.row.description_id);
    let reading: Promise<Descriptions> | undefined;
    const descriptions = (): Promise<Descriptions> => (reading ??= readDescriptions(database.read, ids));
    // The first question carries what all of them emptied and set aside: it is told once.
    return jobs.map((own, i) => ({ jobs: own, held: i === 0 ? held : [], emptied: i === 0 ? emptied : new Set<number>(), descriptions }));
  });

  async function standingOf(sites: Iterable<string>): Promise<Standing> {
    const limited = limitsAt(queues.policy, new Set(sites));
    const nowMs = limited.some(({ delayS }) => delayS !== undefined) ? await database.nowMs() : 0;
    return createLimits(queues.policy, await readLimits(database.read, limited), nowMs);
  }

  /** Cheap where nothing fits: no transaction, and one read that tells whether another server knows more. */
  async function hasFor({ pilot, offer }: Ask): Promise<boolean> {
    const asked = toOffer(pilot, offer);
    if (!queues.hasFor(asked)) return false;
    return limitsAt(queues.policy, new Set([pilot.site])).length === 0 || queues.hasFor(asked, await standingOf([pilot.site]));
  }

  return {
    fits: (pilot, offer) => queues.hasFor(toOffer(pilot, offer)),
    refresh: () => queues.refresh(),
    standingOf,
    async match(pilot, offer) {
      const ask = { pilot, offer };
      if (!(await hasFor(ask))) {
        await queues.refresh();
        if (!(await hasFor(ask))) return [];
      }
      const { jobs, held, emptied, descriptions } = await claim(ask);
      await Promise.all([...emptied].map((taskQueueId) => queues.foundEmpty(taskQueueId)));
      await afterCommit(appliedOf([...jobs.map(({ draft }) => draft), ...held]));
      if (jobs.length === 0) return [];
      const byId = await descriptions();
      return jobs.map((job) => toMatchedJob(job, byId));
    },
  };

  function toMatchedJob({ draft: { row }, processors }: ClaimedJob, descriptions: Descriptions): MatchedJob {
    const description = descriptions.get(row.description_id);
    if (description === undefined) throw new Error(`Job ${row.job_id} has no description.`);
    const parameters = row.parameters === null ? undefined : JSON.parse(row.parameters);
    return {
      jobId: row.job_id,
      attempt: row.attempt,
      description: expandDescription(description, parameters, row.parameter_index, row.job_id),
      owner: row.owner,
      ownerGroup: row.owner_group,
      vo: row.vo,
      site: row.site,
      maxOutputBytes,
      processors,
    };
  }
}
