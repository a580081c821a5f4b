import type { JobDescription, MatchedJob, ResourceOffer } from '@diraclab/contract';
import { sql } from 'kysely';
import { audit } from '../audit/audit.ts';
import type { Audited } from '../audit/audit.ts';
import { affectedRows, lockNext } from '../database/port.ts';
import type { Database, Tx } from '../database/port.ts';
import { groupCommit } from '../group-commit.ts';
import { holdSuspended } from '../jobs/suspended-job-agent.ts';
import { isSuspended } from '../registry/suspensions.ts';
import { appliedOf, applyDrafts } from '../jobs/apply-drafts.ts';
import type { Applied } from '../jobs/apply-drafts.ts';
import { expandDescription } from '../jobs/expand-parameters.ts';
import { draftOf, move } from '../jobs/job-draft.ts';
import type { JobDraft } from '../jobs/job-draft.ts';
import type { JobRow } from '../jobs/job-row.ts';
import { readDescriptions } from '../jobs/job-store.ts';
import { soleOwnerOf } from './matcher.ts';
import type { Offer } from './matcher.ts';
import type { QueueTable } from './queue-table.ts';
import type { StoredQueue } from './task-queue-store.ts';

/** What the server knows of a pilot beside what it says. */
export interface KnownPilot {
  pilotId: number;
  vo: string;
  site: string;
  /** Payloads of this pilot could reach each other. */
  isolation?: 'none' | null;
  /** `vo/owner`, once it has had a job. */
  soleOwner?: string | null;
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
  /** Their owners are suspended: they leave the queue instead. */
  held: JobDraft[];
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
    soleOwner: pilot.soleOwner ?? undefined,
    gpus: offer.gpus,
    gpuRamMB: offer.gpuRamMB,
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
    await applyDrafts(tx, claims.flatMap(changedBy), nowMs);
    await auditMatches(tx, drafts, nowMs);
    // Here and not by each pilot's answer: one read for all, and a sweep's jobs share theirs.
    const descriptions = await readDescriptions(
      tx,
      drafts.map(({ row }) => row.description_id),
    );
    return claims.map((claimed) => ({ claimed, applied: appliedOf(changedBy(claimed)), descriptions }));
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
    const claimed: Claimed = { drafts: [], held: [], emptied: [] };
    const oneOwner = pilot.isolation === 'none' || offer.isolation === 'none';
    let processors = offer.processors;
    let gpus = offer.gpus ?? 0;
    for (const queue of fitting) {
      const { numberOfProcessors: needed, numberOfGpus = 0 } = queue.requirements;
      const fitGpus = numberOfGpus === 0 ? Infinity : Math.floor(gpus / numberOfGpus);
      const fits = Math.min(offer.slots - claimed.drafts.length, Math.floor(processors / needed), fitGpus);
      if (fits <= 0) continue;
      const [first] = claimed.drafts;
      if (oneOwner && first !== undefined && soleOwnerOf(queue) !== soleOwnerOf(first.row)) continue;
      // Jobs that an earlier pilot of this transaction got are not written yet and still look free.
      const gone = taken.get(queue.taskQueueId) ?? new Set();
      const rows = (await firstWaiting(tx, queue.taskQueueId, fits + gone.size)).filter(({ job_id }) => !gone.has(job_id)).slice(0, fits);
      if (rows.length === 0) claimed.emptied.push(queue.taskQueueId);
      else queues.served(queue.taskQueueId);
      for (const row of rows) {
        taken.set(queue.taskQueueId, gone.add(row.job_id));
        if (row.is_suspended) {
          claimed.held.push(held(row, nowMs));
          continue;
        }
        claimed.drafts.push(matched(row, pilot, offer.host, nowMs));
        processors -= needed;
        gpus -= numberOfGpus;
      }
      if (claimed.drafts.length >= offer.slots) break;
    }
    const [first] = claimed.drafts;
    if (oneOwner && first !== undefined && !(await sticksTo(tx, pilot.pilotId, soleOwnerOf(first.row)))) claimed.drafts = [];
    return claimed;
  }
}

/** The first jobs of a queue, locked; on PostgreSQL those that another claim holds are passed over. Reads the head of a partial index. */
async function firstWaiting(tx: Tx, taskQueueId: number, n: number): Promise<(JobRow & { is_suspended: boolean })[]> {
  const query = tx
    .selectFrom('jobs')
    .selectAll()
    .select(isSuspended.as('is_suspended'))
    .where('task_queue_id', '=', taskQueueId)
    // The literal matters: a bound 1 would not be seen to imply the partial index.
    .where(sql<boolean>`queued = 1`)
    .orderBy('priority', 'desc')
    .orderBy('job_id')
    .limit(n);
  return query.modifyEnd(lockNext(tx)).execute();
}

const changedBy = ({ drafts, held }: Claimed): JobDraft[] => [...drafts, ...held];

function held({ is_suspended: _is, ...before }: JobRow & { is_suspended: boolean }, nowMs: number): JobDraft {
  const draft = draftOf(before);
  holdSuspended(draft, nowMs);
  return draft;
}

/** Once, and for good: a pilot without isolation has one owner. False where it has another's already. */
async function sticksTo(tx: Tx, pilotId: number, soleOwner: string): Promise<boolean> {
  const updated = await tx
    .updateTable('pilots')
    .set({ sole_owner: soleOwner })
    .where('pilot_id', '=', pilotId)
    .where((eb) => eb.or([eb('sole_owner', 'is', null), eb('sole_owner', '=', soleOwner)]))
    .executeTakeFirstOrThrow();
  return affectedRows(updated) > 0;
}

/** A line a pilot and owner: who ran where stays known when the jobs are long deleted. */
async function auditMatches(tx: Tx, drafts: readonly JobDraft[], nowMs: number): Promise<void> {
  const byOwner = Map.groupBy(drafts, ({ row }) => JSON.stringify([row.pilot_id, row.vo, row.owner_group, row.owner, row.end_user]));
  const lines = [...byOwner.values()].flatMap((own): Audited[] => {
    const row = own[0]?.row;
    if (row === undefined) return [];
    const actor = { owner: row.owner, ownerGroup: row.owner_group, vo: row.vo, pilotId: row.pilot_id ?? undefined };
    return [{ act: 'match', actor, site: row.site, endUser: row.end_user || undefined, jobIds: own.map((draft) => draft.row.job_id) }];
  });
  await audit(tx, lines, nowMs);
}

/** The claim: a new attempt, whose number fences off every earlier one. */
function matched(
  { is_suspended: _is, ...before }: JobRow & { is_suspended: boolean },
  pilot: KnownPilot,
  host: string,
  nowMs: number,
): JobDraft {
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
