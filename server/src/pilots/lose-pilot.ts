import type { PilotStatus } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import { applyDrafts } from '../jobs/apply-drafts.ts';
import type { Applied } from '../jobs/apply-drafts.ts';
import { draftOf, loseAttempt } from '../jobs/job-draft.ts';
import { lockJobs } from '../jobs/job-store.ts';
import { readHeldJobIds, setPilotStatus } from './pilot-store.ts';

/** A pilot is gone: what it held is matched again, at once, and its late reports are stale. */
export async function losePilot(
  database: Database,
  pilotId: number,
  end: { status: PilotStatus; why: string },
): Promise<{ applied: Applied; lost: number }> {
  return database.transaction(async (tx, nowMs) => {
    await setPilotStatus(tx, pilotId, end.status, nowMs);
    const rows = await lockJobs(tx, await readHeldJobIds(tx, pilotId));
    const drafts = rows.filter((row) => row.pilot_id === pilotId).map(draftOf);
    for (const draft of drafts) loseAttempt(draft, end.why, 'SiteDirector', nowMs);
    return { applied: await applyDrafts(tx, drafts, nowMs), lost: drafts.length };
  });
}
