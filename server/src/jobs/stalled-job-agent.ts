import type { Database } from '../database/port.ts';
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

/** What silence makes of a job: pure. */
export function judgeSilence(draft: JobDraft, nowMs: number): void {
  const { row } = draft;
  if (!isActive(row.status) || row.heart_beat_ms === null) return;
  const silentMs = nowMs - row.heart_beat_ms;
  const seconds = Math.round(silentMs / 1000);
  if (silentMs >= lostAfterMs) loseAttempt(draft, 'Job stalled: pilot not running', 'StalledJobAgent', nowMs);
  else if (silentMs >= stalledAfterMs && row.status !== 'Stalled') {
    move(draft, { status: 'Stalled', minorStatus: `Stalling for more than ${seconds} sec`, source: 'StalledJobAgent' }, nowMs);
  }
}

/** One pass over the attempts that were silent too long, at most 1,000. */
export async function findStalledJobs(database: Database): Promise<Applied> {
  const nowMs = await database.nowMs();
  const silent = await database.read
    .selectFrom('jobs')
    .select('job_id')
    .where('status', 'in', ['Matched', 'Running', 'Stalled', 'Completing'])
    .where('heart_beat_ms', '<', nowMs - stalledAfterMs)
    .limit(1000)
    .execute();
  if (silent.length === 0) return { rows: [], queueDeltas: new Map() };
  return database.transaction(async (tx, now) => {
    const drafts = (
      await lockJobs(
        tx,
        silent.map(({ job_id }) => job_id),
      )
    ).map(draftOf);
    for (const draft of drafts) judgeSilence(draft, now);
    return applyDrafts(tx, drafts, now);
  });
}
