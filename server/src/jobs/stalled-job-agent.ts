import { sql } from 'kysely';
import type { Database } from '../database/port.ts';
import { createListening } from '../listening.ts';
import { applyDrafts } from './apply-drafts.ts';
import type { Applied } from './apply-drafts.ts';
import { draftOf, loseAttempt, move } from './job-draft.ts';
import type { JobDraft } from './job-draft.ts';
import { isActive } from './job-state-machine.ts';
import { lockJobs } from './job-store.ts';

/** How long an attempt may be silent. Reports come at least every 20 s, so three are missed before anybody is told. */
export const stalledAfterMs = 60_000;
/** A pilot that cannot reach the server kills its payloads after its grace minute; only then may another attempt start. */
export const lostAfterMs = 150_000;
/** Passes come every 5 s. */
const awayAfterMs = 30_000;
/** A heartbeat this far ahead was written by a clock that was set back since: it would keep a dead attempt for as long. */
const aheadMs = 60_000;
const sliceJobs = 1_000;
const mostSlices = 20;

/**
 * What silence makes of a job: pure. Nobody could be heard before `listeningSinceMs`: a laptop that was closed for an hour must not give up
 * every payload that slept with it.
 */
export function judgeSilence(draft: JobDraft, nowMs: number, listeningSinceMs: number): void {
  const { row } = draft;
  if (!isActive(row.status) || row.heart_beat_ms === null) return;
  if (row.heart_beat_ms > nowMs + aheadMs) row.heart_beat_ms = nowMs;
  const silentMs = nowMs - Math.max(row.heart_beat_ms, listeningSinceMs);
  const seconds = Math.round(silentMs / 1000);
  if (silentMs >= lostAfterMs) loseAttempt(draft, 'Job stalled: pilot not running', 'StalledJobAgent', nowMs);
  else if (silentMs >= stalledAfterMs && row.status !== 'Stalled') {
    move(draft, { status: 'Stalled', minorStatus: `Stalling for more than ${seconds} sec`, source: 'StalledJobAgent' }, nowMs);
  }
}

/** Looks at the attempts that were silent too long, a slice a transaction. By the database's clock alone. */
export function createStalledJobAgent(database: Database, changed: (applied: Applied) => Promise<void>): () => Promise<void> {
  const listening = createListening(awayAfterMs);
  return async () => {
    const nowMs = await database.nowMs();
    const listeningSinceMs = listening.since(nowMs);
    for (let slice = 0; slice < mostSlices; slice += 1) {
      const jobIds = await findSilent(database, nowMs, listeningSinceMs);
      if (jobIds.length > 0) await changed(await judgeSlice(database, jobIds, listeningSinceMs));
      if (jobIds.length < sliceJobs) break;
    }
    // Its end, so that a long pass of a busy server is no gap.
    listening.passed(await database.nowMs());
  };
}

/** Only those for which there is something to do: others would fill the slice again and again. */
async function findSilent(database: Database, nowMs: number, listeningSinceMs: number): Promise<number[]> {
  const before = (silenceMs: number): number => (nowMs - listeningSinceMs >= silenceMs ? nowMs - silenceMs : -1);
  const rows = await database.read
    .selectFrom('jobs')
    .select('job_id')
    .where('status', 'in', ['Matched', 'Running', 'Stalled', 'Completing'])
    .where(
      sql<boolean>`((status <> 'Stalled' and heart_beat_ms <= ${before(stalledAfterMs)}) or heart_beat_ms <= ${before(lostAfterMs)}
        or heart_beat_ms > ${nowMs + aheadMs})`,
    )
    .limit(sliceJobs)
    .execute();
  return rows.map(({ job_id }) => job_id);
}

function judgeSlice(database: Database, jobIds: readonly number[], listeningSinceMs: number): Promise<Applied> {
  return database.transaction(async (tx, nowMs) => {
    const drafts = (await lockJobs(tx, jobIds)).map(draftOf);
    for (const draft of drafts) judgeSilence(draft, nowMs, listeningSinceMs);
    return applyDrafts(tx, drafts, nowMs);
  });
}
