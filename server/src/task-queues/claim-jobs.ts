import type { ResourceOffer } from '@diraclab/contract';
import { audit } from '../audit/audit.ts';
import type { Audited } from '../audit/audit.ts';
import { affectedRows } from '../database/port.ts';
import type { Tx } from '../database/port.ts';
import { applyDrafts } from '../jobs/apply-drafts.ts';
import { draftOf, move } from '../jobs/job-draft.ts';
import type { JobDraft } from '../jobs/job-draft.ts';
import type { JobRow } from '../jobs/job-row.ts';
import { holdSuspended } from '../jobs/suspended-job-agent.ts';
import { dropPick, pickFor } from './claim-plan.ts';
import type { Asking, Pick } from './claim-plan.ts';
import { lockSites, readLimits, saveDelays } from './limit-store.ts';
import { createLimits, limitsAt } from './limits.ts';
import type { Limits } from './limits.ts';
import { soleOwnerOf } from './matcher.ts';
import type { Offer } from './matcher.ts';
import type { QueueTable } from './queue-table.ts';
import { takeFirstWaiting } from './take-waiting.ts';
import type { TakenRow } from './take-waiting.ts';

/** What the server knows of a pilot beside what it says. */
export interface KnownPilot {
  pilotId: number;
  /** `*` for one that serves every VO. */
  vo: string;
  site: string;
  computingElement: string;
  /** Payloads of this pilot could reach each other. */
  isolation?: 'none' | null;
  /** `vo/owner`, once it has had a job. */
  soleOwner?: string | null;
}

export interface Ask {
  pilot: KnownPilot;
  offer: ResourceOffer;
}

export interface ClaimedJob {
  draft: JobDraft;
  processors: number;
}

export interface Claims {
  /** For each question. */
  jobs: ClaimedJob[][];
  /** Their owners are suspended: they leave the queue instead. */
  held: JobDraft[];
  /** Queues in which nothing was left. */
  emptied: ReadonlySet<number>;
}

export function toOffer(pilot: KnownPilot, offer: ResourceOffer): Offer {
  const { platform, tags, requiredTags = [], wholeNode = false, processors, ramMB, cpuTimeLeftS } = offer;
  return {
    vo: pilot.vo,
    site: pilot.site,
    platform,
    tags,
    ...(requiredTags.length === 0 ? {} : { requiredTags }),
    ...(wholeNode ? { wholeNode } : {}),
    processors,
    ramMB,
    cpuTimeLeftS,
    ...(offer.gpus === undefined || offer.gpus === 0 ? {} : { gpus: offer.gpus, gpuRamMB: offer.gpuRamMB }),
    ...(pilot.soleOwner === undefined || pilot.soleOwner === null ? {} : { soleOwner: pilot.soleOwner }),
  };
}

/** A policy that was saved meanwhile holds for this claim already; one that is saved again and again must not keep everybody waiting. */
const mostPlans = 3;

/** Claims for all pilots that asked at the same time. */
export async function claimTogether(tx: Tx, queues: QueueTable, asks: readonly Ask[], nowMs: number): Promise<Claims> {
  for (let plan = 1; ; plan += 1) {
    const planned = await planAndTake(tx, queues, asks, nowMs);
    if (planned.isOfPolicy === queues.policyVersion || planned.isOfPolicy === undefined || plan === mostPlans) {
      const { rounds, emptied, limits, suspended } = planned;
      for (const round of rounds) await keepToOneOwner(tx, round, limits);
      const held = suspended.map((row) => heldDraft(row, nowMs));
      const jobs = rounds.map(({ pilot, offer, taken }) =>
        taken.map(({ pick, row }) => ({ draft: matched(row, pilot, offer.host, nowMs), processors: pick.processors })),
      );
      for (const { taken } of rounds) for (const { pick, row } of taken) queues.served(pick.queue, row.priority);
      const drafts = jobs.flat().map(({ draft }) => draft);
      await applyDrafts(tx, [...drafts, ...held], nowMs);
      await auditMatches(tx, drafts, nowMs);
      await saveDelays(tx, limits.moved());
      return { jobs, held, emptied };
    }
    for (const { asking } of planned.rounds) for (const pick of asking.picks) dropPick(pick, planned.limits);
    await queues.refresh();
  }
}

interface Round extends Ask {
  asking: Asking;
  taken: { pick: Pick; row: JobRow }[];
}

/** Rounds of one statement each, until all have what they can have: nearly always one, another for each queue that memory was wrong about. */
async function planAndTake(tx: Tx, queues: QueueTable, asks: readonly Ask[], nowMs: number) {
  const limits = await readOwnLimits(tx, queues, asks, nowMs);
  const emptied = new Set<number>();
  const rounds = asks.map(({ pilot, offer }): Round => {
    const oneOwner = pilot.isolation === 'none' || offer.isolation === 'none';
    return { pilot, offer, asking: { offer: toOffer(pilot, offer), slots: offer.slots, picks: [], oneOwner }, taken: [] };
  });
  const taken = new Map<number, number>();
  const suspended: JobRow[] = [];
  let isOfPolicy: number | undefined;
  for (let open = rounds; open.length > 0;) {
    for (const { asking } of open) asking.picks.push(...pickFor(asking, { candidates: queues.candidates, empty: emptied, limits }));
    const unserved = open.flatMap(({ asking, taken: has }) => asking.picks.slice(has.length));
    if (unserved.length === 0) break;
    // Those taken before are not written yet and still look free.
    const wanted = new Map<number, number>();
    for (const { queue } of unserved)
      wanted.set(queue.taskQueueId, (wanted.get(queue.taskQueueId) ?? taken.get(queue.taskQueueId) ?? 0) + 1);
    const { rows, policyVersion } = await takeFirstWaiting(tx, wanted);
    isOfPolicy ??= policyVersion;
    const out: Out = { rows, wanted, taken, suspended, emptied, limits };
    open = open.filter((round) => !giveOut(round, out));
  }
  return { rounds, emptied, limits, isOfPolicy, suspended };
}

interface Out {
  rows: ReadonlyMap<number, readonly TakenRow[]>;
  wanted: ReadonlyMap<number, number>;
  /** How many rows of each queue were given out, or set aside. */
  taken: Map<number, number>;
  suspended: JobRow[];
  emptied: Set<number>;
  limits: Limits;
}

/** Gives a pilot the jobs that were found for its picks; tells whether it has them all. */
function giveOut({ pilot, asking, taken: has }: Round, out: Out): boolean {
  const missed: Pick[] = [];
  for (const pick of asking.picks.splice(has.length)) {
    const row = nextRow(pick.queue.taskQueueId, out);
    if (row === undefined) missed.push(pick);
    else {
      asking.picks.push(pick);
      has.push({ pick, row });
    }
  }
  for (const pick of missed) dropPick(pick, out.limits);
  // Nothing came of it: any owner may be its first again.
  if (has.length === 0 && asking.oneOwner === true) asking.offer = { ...asking.offer, soleOwner: pilot.soleOwner ?? undefined };
  return missed.length === 0;
}

/** The first row of a queue that nobody has yet; those of suspended owners are set aside. */
function nextRow(taskQueueId: number, { rows, wanted, taken, suspended, emptied }: Out): JobRow | undefined {
  const ofQueue = rows.get(taskQueueId) ?? [];
  for (;;) {
    const at = taken.get(taskQueueId) ?? 0;
    const found = ofQueue[at];
    if (found === undefined) {
      if (ofQueue.length < (wanted.get(taskQueueId) ?? 0)) emptied.add(taskQueueId);
      return undefined;
    }
    taken.set(taskQueueId, at + 1);
    const { is_suspended: isHeld, ...row } = found;
    if (!isHeld) return row;
    suspended.push(row);
  }
}

function heldDraft(row: JobRow, nowMs: number): JobDraft {
  const draft = draftOf(row);
  holdSuspended(draft, nowMs);
  return draft;
}

/** A pilot without isolation has one owner, once and for good; where another question of its own was first with another, this one gets nothing. */
async function keepToOneOwner(tx: Tx, { pilot, asking, taken }: Round, limits: Limits): Promise<void> {
  const [first] = taken;
  if (asking.oneOwner !== true || first === undefined || (await sticksTo(tx, pilot.pilotId, soleOwnerOf(first.row)))) return;
  for (const { pick } of taken.splice(0)) dropPick(pick, limits);
}

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

async function readOwnLimits(tx: Tx, queues: QueueTable, asks: readonly Ask[], nowMs: number): Promise<Limits> {
  const limited = limitsAt(queues.policy, new Set(asks.map(({ pilot }) => pilot.site)));
  await lockSites(tx, new Set(limited.map(({ site }) => site)));
  return createLimits(queues.policy, await readLimits(tx, limited), nowMs);
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
