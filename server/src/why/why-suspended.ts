import type { Why } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { instant } from '../jobs/job-row.ts';
import type { JobRow } from '../jobs/job-row.ts';
import { readSuspension } from '../registry/suspensions.ts';

/** Why a job waits whose owner, or end user, is suspended; undefined for all others. The reason is for those who may do something about it. */
export async function whySuspended(database: Database, row: JobRow, caller: Caller): Promise<Why | undefined> {
  const suspension = row.status === 'Waiting' ? await readSuspension(database.read, row) : undefined;
  if (suspension === undefined) return undefined;
  const who = suspension.endUser === '' ? row.owner : `${suspension.endUser}, for whom ${row.owner} submitted it,`;
  const manages = caller.properties.has('JobAdministrator') || caller.properties.has('VOManager');
  const why = manages ? ` since ${instant(suspension.sinceMs)} by ${suspension.by}: ${suspension.reason}` : '';
  const text = `${who} is suspended${why}`;
  const code = 'OWNER_SUSPENDED';
  const actor = 'community';
  return {
    jobId: row.job_id,
    status: row.status,
    since: instant(row.last_update_ms),
    evaluatedTime: instant(await database.nowMs()),
    code,
    actor,
    headline: `${text}${/[.!?]$/.test(text) ? '' : '.'}`,
    fits: null,
    causes: [{ code, text, actor, resources: 0 }],
    funnel: [],
    changes: [],
    order: null,
    next: manages ? 'The job is matched again when the suspension is lifted.' : 'Ask the manager of your VO.',
  };
}
