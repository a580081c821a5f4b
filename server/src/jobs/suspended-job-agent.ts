import { sql } from 'kysely';
import type { Database, Db, Tx } from '../database/port.ts';
import { readRegistryVersion } from '../registry/registry-store.ts';
import { isSuspended } from '../registry/suspensions.ts';
import { applyDrafts } from './apply-drafts.ts';
import type { Applied } from './apply-drafts.ts';
import { draftOf, move } from './job-draft.ts';
import type { JobDraft } from './job-draft.ts';
import { isActive } from './job-state-machine.ts';
import { lockJobs } from './job-store.ts';

const slice = 1_000;
/** What is left is the next pass's. */
const mostSlices = 50;
/** All is looked at again this often, for a claim that began before a change of the registry and ended after our look. */
const everyMs = 60_000;

const source = 'Registry';
/** What a job says that is kept from its queue. */
export const suspendedMinorStatus = 'Owner suspended';

/** Keeps a waiting job from its queue: pure. */
export function holdSuspended(draft: JobDraft, nowMs: number): void {
  Object.assign(draft.row, { queued: 0, suspended: 1 });
  move(draft, { status: draft.row.status, minorStatus: suspendedMinorStatus, source }, nowMs);
}

/** What a suspension, or its end, makes of a job: pure. */
export function judgeSuspension(draft: JobDraft, suspended: boolean, nowMs: number): void {
  const { row } = draft;
  if (suspended && row.queued === 1) holdSuspended(draft, nowMs);
  else if (suspended && isActive(row.status) && row.kill_requested_ms === null) {
    row.kill_requested_ms = nowMs;
    move(draft, { status: row.status, minorStatus: 'Marked for termination', source }, nowMs);
  } else if (!suspended && row.suspended === 1) {
    row.suspended = 0;
    if (row.status !== 'Waiting') return;
    row.queued = 1;
    move(draft, { status: 'Waiting', minorStatus: 'Pilot Agent Submission', source }, nowMs);
  }
}

/**
 * Suspensions reach jobs here: queued ones leave their queues, running ones are killed, and all come back when it is lifted. A claim asks for
 * itself (match-job.ts), so nothing starts before this pass either. Costs one row's read where nothing changed and nobody is suspended.
 */
export function createSuspendedJobAgent(
  database: Database,
  afterCommit: (applied: Applied, pilotIds: ReadonlySet<number>) => Promise<void>,
): () => Promise<void> {
  let seenVersion = -1;
  let seenAtMs = -Infinity;
  const judge = async (find: (db: Db) => Promise<number[]>): Promise<boolean> => {
    for (let n = 0; n < mostSlices; n += 1) {
      const jobIds = await find(database.read);
      if (jobIds.length === 0) return true;
      const { applied, pilotIds } = await database.transaction((tx, nowMs) => judgeSlice(tx, jobIds, nowMs));
      await afterCommit(applied, pilotIds);
      if (applied.rows.length === 0) return true;
    }
    return false;
  };
  return async () => {
    const version = await readRegistryVersion(database.read);
    await judge(findRunning);
    if (version === seenVersion && performance.now() - seenAtMs < everyMs) return;
    const done = [await judge(findQueued), await judge(findReleased)];
    if (!done.every(Boolean)) return;
    seenVersion = version;
    seenAtMs = performance.now();
  };
}

async function judgeSlice(tx: Tx, jobIds: readonly number[], nowMs: number) {
  const drafts = (await lockJobs(tx, jobIds)).map(draftOf);
  const rows = await tx.selectFrom('jobs').select('job_id').where('job_id', 'in', jobIds).where(isSuspended).execute();
  const suspended = new Set(rows.map(({ job_id }) => job_id));
  for (const draft of drafts) judgeSuspension(draft, suspended.has(draft.row.job_id), nowMs);
  const pilotIds = new Set(
    drafts.flatMap(({ before, row }) => (before.kill_requested_ms === row.kill_requested_ms ? [] : (row.pilot_id ?? []))),
  );
  return { applied: await applyDrafts(tx, drafts, nowMs), pilotIds };
}

/** By the index of jobs that a pilot holds, and only where a suspended owner has any. */
async function findRunning(db: Db): Promise<number[]> {
  const some = await db
    .selectFrom('suspensions as s')
    .innerJoin('status_counts as c', 'c.owner', 's.owner')
    .select('s.owner')
    .where('c.status', 'in', ['Matched', 'Running', 'Stalled', 'Completing'])
    .where('c.n', '>', 0)
    .limit(1)
    .execute();
  if (some.length === 0) return [];
  return idsOf(
    await db
      .selectFrom('jobs')
      .select('job_id')
      .where('pilot_id', 'is not', null)
      .where('kill_requested_ms', 'is', null)
      .where(isSuspended)
      .limit(slice)
      .execute(),
  );
}

/** By the index of each queue of a suspended owner. */
async function findQueued(db: Db): Promise<number[]> {
  const queues = await db
    .selectFrom('task_queues as q')
    .innerJoin('suspensions as s', 's.owner', 'q.owner')
    .select('q.task_queue_id')
    .distinct()
    .where('q.waiting', '>', 0)
    .execute();
  for (const { task_queue_id } of queues) {
    const found = await db
      .selectFrom('jobs')
      .select('job_id')
      .where('task_queue_id', '=', task_queue_id)
      // The literal matters: a bound 1 would not be seen to imply the partial index.
      .where(sql<boolean>`queued = 1`)
      .where(isSuspended)
      .limit(slice)
      .execute();
    if (found.length > 0) return idsOf(found);
  }
  return [];
}

async function findReleased(db: Db): Promise<number[]> {
  const held = db
    .selectFrom('jobs')
    .select('job_id')
    .where(sql<boolean>`suspended = 1`);
  return idsOf(await held.where(sql<boolean>`not ${isSuspended}`).limit(slice).execute()); // prettier-ignore
}

const idsOf = (rows: readonly { job_id: number }[]): number[] => rows.map(({ job_id }) => job_id);
