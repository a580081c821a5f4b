import type { ActResult, AuditAct, Selection } from '@diraclab/contract';
import { audit } from '../audit/audit.ts';
import type { Database, Tx } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { applyDrafts } from './apply-drafts.ts';
import type { Applied } from './apply-drafts.ts';
import { closeAttempt, draftOf, move, requeue } from './job-draft.ts';
import type { JobDraft } from './job-draft.ts';
import { isActive } from './job-state-machine.ts';
import { lockJobs, maySee, noSuchJob } from './job-store.ts';
import { selectJobIds } from './search-jobs.ts';

/** What an act does to one job: nothing said is done; a sentence is a refusal. */
export type Act = (draft: JobDraft, caller: Caller, nowMs: number) => string | undefined;

export const mostJobsAnAct = 100_000;

/** A waiting job is killed at once; one that a pilot holds is told through the pilot, which brings back what there is. */
export const kill: Act = (draft, caller, nowMs) => {
  const { row } = draft;
  if (row.status === 'Killed') return undefined;
  if (isActive(row.status)) {
    if (row.kill_requested_ms !== null) return undefined;
    row.kill_requested_ms = nowMs;
    move(draft, { status: row.status, minorStatus: 'Marked for termination', source: caller.owner }, nowMs);
    return undefined;
  }
  if (!move(draft, { status: 'Killed', minorStatus: 'Marked for termination', source: caller.owner }, nowMs)) return `it is ${row.status}`;
  Object.assign(row, { queued: 0, end_reason: 'killed', end_exec_ms: nowMs });
  return undefined;
};

/** A job that a pilot holds gets a new attempt; the old one's reports are stale from now on, and its pilot is told so. */
export const reschedule: Act = (draft, caller, nowMs) => {
  const { row } = draft;
  if (row.status === 'Waiting') return 'it is Waiting already';
  return requeue(draft, 'Job Rescheduled', caller.owner, nowMs) ? undefined : `it is ${row.status}`;
};

export const remove: Act = (draft, caller, nowMs) => {
  const { row } = draft;
  if (row.status === 'Deleted') return undefined;
  if (isActive(row.status)) return `it is ${row.status}; kill it first`;
  if (!move(draft, { status: 'Deleted', minorStatus: 'Deleted by user', source: caller.owner }, nowMs)) return `it is ${row.status}`;
  row.queued = 0;
  closeAttempt(draft, 'Deleted');
  return undefined;
};

/** Does one act to many jobs, in slices of 1,000 so that others' writes come in between; each job succeeds or is refused with its reason. */
export async function actOnJobs(
  database: Database,
  selection: Selection,
  act: Act,
  /** For the audit trail. */
  name: AuditAct,
  caller: Caller,
  /** `pilotIds` held these jobs: they are to be told. */
  afterCommit: (applied: Applied, pilotIds: ReadonlySet<number>) => Promise<void>,
): Promise<ActResult> {
  const jobIds = selection.jobIds ?? (await selectJobIds(database.read, selection.where ?? [], caller, mostJobsAnAct));
  const result: ActResult = { successful: [], failed: [] };
  for (let i = 0; i < jobIds.length; i += 1000) {
    const slice = jobIds.slice(i, i + 1000);
    const { applied, outcome, pilotIds } = await database.transaction((tx, nowMs) => actOnSlice(tx, slice, { act, name }, caller, nowMs));
    await afterCommit(applied, pilotIds);
    result.successful.push(...outcome.successful);
    result.failed.push(...outcome.failed);
  }
  return result;
}

async function actOnSlice(tx: Tx, jobIds: readonly number[], { act, name }: { act: Act; name: AuditAct }, caller: Caller, nowMs: number) {
  const rows = new Map((await lockJobs(tx, jobIds)).map((row) => [row.job_id, row]));
  const outcome: ActResult = { successful: [], failed: [] };
  const drafts: JobDraft[] = [];
  for (const jobId of new Set(jobIds)) {
    const row = rows.get(jobId);
    if (row === undefined || !maySee(caller, row)) {
      const { code, message } = noSuchJob(jobId);
      outcome.failed.push({ jobId, code, detail: message });
      continue;
    }
    const draft = draftOf(row);
    const refusal = act(draft, caller, nowMs);
    if (refusal === undefined) {
      drafts.push(draft);
      outcome.successful.push(jobId);
    } else {
      outcome.failed.push({ jobId, code: 'IllegalTransition', detail: `Job ${jobId}: ${refusal}.` });
    }
  }
  const pilotIds = new Set(drafts.flatMap(({ before }) => before.pilot_id ?? []));
  if (outcome.successful.length > 0) await audit(tx, [{ act: name, actor: caller, jobIds: outcome.successful }], nowMs);
  return { applied: await applyDrafts(tx, drafts, nowMs), outcome, pilotIds };
}
