import type { Database, Db } from '../database/port.ts';
import { applyDrafts } from '../jobs/apply-drafts.ts';
import type { Applied } from '../jobs/apply-drafts.ts';
import { draftOf, loseAttempt, requeue } from '../jobs/job-draft.ts';
import { lockJobs } from '../jobs/job-store.ts';

export interface HeldAttempt {
  jobId: number;
  attempt: number;
}

/**
 * Attempts of which a pilot was never told, by its own list of what it holds: the answer to its last question was lost, with a connection or
 * with a server that was killed. A pilot asks again only after it has dealt with the answer before, so this is not a guess.
 */
export async function findUntold(db: Db, pilotId: number, holding: readonly HeldAttempt[]): Promise<HeldAttempt[]> {
  const rows = await db
    .selectFrom('jobs')
    .select(['job_id', 'attempt'])
    .where('pilot_id', '=', pilotId)
    .where('status', '=', 'Matched')
    .execute();
  const held = new Set(holding.map(({ jobId, attempt }) => `${jobId}.${attempt}`));
  return rows.filter((row) => !held.has(`${row.job_id}.${row.attempt}`)).map((row) => ({ jobId: row.job_id, attempt: row.attempt }));
}

/**
 * Jobs whose pilot was not told of them: matched again at once, and not after the 150 s of silence that give an attempt up.
 * Nothing ran, so it does not count among the attempts that a job may lose.
 */
export async function giveBack(database: Database, pilotId: number, jobs: readonly HeldAttempt[]): Promise<Applied> {
  const attempts = new Map(jobs.map(({ jobId, attempt }) => [jobId, attempt]));
  return database.transaction(async (tx, nowMs) => {
    const rows = await lockJobs(tx, [...attempts.keys()]);
    const untouched = rows.filter(
      (row) => row.status === 'Matched' && row.pilot_id === pilotId && row.attempt === attempts.get(row.job_id),
    );
    const drafts = untouched.map(draftOf);
    for (const draft of drafts) {
      if (draft.before.kill_requested_ms !== null) {
        loseAttempt(draft, 'Killed before a pilot had it', 'Matcher', nowMs);
        continue;
      }
      requeue(draft, 'Pilot hung up before it had the job', 'Matcher', nowMs);
      draft.row.reschedule_counter = draft.before.reschedule_counter;
    }
    return applyDrafts(tx, drafts, nowMs);
  });
}
