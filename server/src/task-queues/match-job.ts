import type { JobDescription, MatchedJob, ResourceOffer } from '@diraclab/contract';
import { sql } from 'kysely';
import { lockNext } from '../database/port.ts';
import type { Database, Tx } from '../database/port.ts';
import { groupCommit } from '../group-commit.ts';
import { appliedOf, applyDrafts } from '../jobs/apply-drafts.ts';
import type { Applied } from '../jobs/apply-drafts.ts';
import { expandDescription } from '../jobs/expand-parameters.ts';
import { draftOf, move } from '../jobs/job-draft.ts';
import type { JobDraft } from '../jobs/job-draft.ts';
import type { JobRow } from '../jobs/job-row.ts';
import { readDescriptions } from '../jobs/job-store.ts';
import type { Offer } from './matcher.ts';
import type { QueueTable } from './queue-table.ts';
import type { StoredQueue } from './task-queue-store.ts';

/** What the server knows of a pilot beside what it says. */
export interface KnownPilot {
  pilotId: number;
  vo: string;
  site: string;
  computingElement: string;
}

export interface Matcher {
  /** Claims jobs for a pilot; empty when nothing fits now. */
  match(pilot: KnownPilot, offer: ResourceOffer): Promise<MatchedJob[]>;
  /** Is there a queue for this offer, as far as is known here? */
  fits(pilot: KnownPilot, offer: ResourceOffer): boolean;
  /** Learns what other servers did. */
  refresh(): Promise<unknown>;
}

interface Ask {
  pilot: KnownPilot;
  offer: ResourceOffer;
}

interface Claimed {
  drafts: JobDraft[];
  emptied: number[];
}

interface Result {
  claimed: Claimed;
  applied: Applied;
  /** Of the whole transaction, by id. */
  descriptions: Map<number, JobDescription>;
}

export function toOffer(pilot: KnownPilot, offer: ResourceOffer): Offer {
  return {
    vo: pilot.vo,
    site: pilot.site,
    platform: offer.platform,
    tags: offer.tags,
    processors: offer.processors,
    ramMB: offer.ramMB,
    cpuTimeLeftS: offer.cpuTimeLeftS,
  };
}

/** `afterCommit` hears of every claim before its pilot is answered. */
export function createMatcher(
  database: Database,
  queues: QueueTable,
  maxOutputBytes: number,
  afterCommit: (applied: Applied) => Promise<void>,
): Matcher {
  // Claims of pilots that ask at the same time share one commit, and what they write shares each statement.
  const claim = groupCommit<Ask, Result>(database, async (tx, asks, nowMs) => {
    const taken = new Map<number, Set<number>>();
    const claims: Claimed[] = [];
    for (const { pilot, offer } of asks) claims.push(await claimFor(tx, queues.fitting(toOffer(pilot, offer)), pilot, offer, taken, nowMs));
    const drafts = claims.flatMap((claimed) => claimed.drafts);
    await applyDrafts(tx, drafts, nowMs);
    // Here and not by each pilot's answer: one read for all, and a sweep's jobs share theirs.
    const descriptions = await readDescriptions(
      tx,
      drafts.map(({ row }) => row.description_id),
    );
    return claims.map((claimed) => ({ claimed, applied: appliedOf(claimed.drafts), descriptions }));
  });

  return {
    fits: (pilot, offer) => queues.fitting(toOffer(pilot, offer)).length > 0,
    refresh: () => queues.refresh(),
    async match(pilot, offer) {
      if (queues.fitting(toOffer(pilot, offer)).length === 0) {
        const changed = await queues.refresh();
        if (!changed || queues.fitting(toOffer(pilot, offer)).length === 0) return [];
      }
      const { claimed, applied, descriptions } = await claim({ pilot, offer });
      await Promise.all(claimed.emptied.map((taskQueueId) => queues.foundEmpty(taskQueueId)));
      await afterCommit(applied);
      return claimed.drafts.map(({ row }) => toMatchedJob(row, descriptions.get(row.description_id)));
    },
  };

  function toMatchedJob(row: JobRow, description: JobDescription | undefined): MatchedJob {
    if (description === undefined) throw new Error(`Job ${row.job_id} has no description.`);
    return {
      jobId: row.job_id,
      attempt: row.attempt,
      description: expandDescription(description, row.parameters === null ? undefined : JSON.parse(row.parameters), row.parameter_index),
      owner: row.owner,
      ownerGroup: row.owner_group,
      vo: row.vo,
      site: row.site,
      maxOutputBytes,
    };
  }

  async function claimFor(
    tx: Tx,
    fitting: readonly StoredQueue[],
    pilot: KnownPilot,
    offer: ResourceOffer,
    taken: Map<number, Set<number>>,
    nowMs: number,
  ): Promise<Claimed> {
    const claimed: Claimed = { drafts: [], emptied: [] };
    let processors = offer.processors;
    for (const queue of fitting) {
      const needed = queue.requirements.numberOfProcessors;
      const fits = Math.min(offer.slots - claimed.drafts.length, Math.floor(processors / needed));
      if (fits <= 0) continue;
      // Jobs that an earlier pilot of this transaction got are not written yet and still look free.
      const gone = taken.get(queue.taskQueueId) ?? new Set();
      const rows = (await firstWaiting(tx, queue.taskQueueId, fits + gone.size)).filter(({ job_id }) => !gone.has(job_id)).slice(0, fits);
      if (rows.length === 0) claimed.emptied.push(queue.taskQueueId);
      else queues.served(queue.taskQueueId);
      for (const row of rows) {
        taken.set(queue.taskQueueId, gone.add(row.job_id));
        claimed.drafts.push(matched(row, pilot, offer.host, nowMs));
        processors -= needed;
      }
      if (claimed.drafts.length >= offer.slots) break;
    }
    return claimed;
  }
}

/** The first jobs of a queue, locked; on PostgreSQL those that another claim holds are passed over. Reads the head of a partial index. */
async function firstWaiting(tx: Tx, taskQueueId: number, n: number): Promise<JobRow[]> {
  const query = tx
    .selectFrom('jobs')
    .selectAll()
    .where('task_queue_id', '=', taskQueueId)
    // The literal matters: a bound 1 would not be seen to imply the partial index.
    .where(sql<boolean>`queued = 1`)
    .orderBy('priority', 'desc')
    .orderBy('job_id')
    .limit(n);
  return query.modifyEnd(lockNext(tx)).execute();
}

/** The claim: a new attempt, whose number fences off every earlier one. */
function matched(before: JobRow, pilot: KnownPilot, host: string, nowMs: number): JobDraft {
  const draft = draftOf(before);
  const { row } = draft;
  Object.assign(row, {
    attempt: row.attempt + 1,
    pilot_id: pilot.pilotId,
    site: pilot.site,
    queued: 0,
    report_sequence: 0,
    heart_beat_ms: nowMs,
  });
  move(draft, { status: 'Matched', minorStatus: 'Assigned', source: 'Matcher' }, nowMs);
  draft.openedAttempt = {
    job_id: row.job_id,
    attempt: row.attempt,
    pilot_id: pilot.pilotId,
    site: pilot.site,
    host,
    matched_ms: nowMs,
    end_ms: null,
    outcome: null,
  };
  return draft;
}
