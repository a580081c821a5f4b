import type { ActBody, ActResult, ErrorCode, JobAct } from '@diraclab/contract';
import { ContractError, mostJobsAnAct } from '@diraclab/contract';
import { audit } from '../audit/audit.ts';
import type { Database, Db, Tx } from '../database/port.ts';
import { isUniqueViolation } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { applyDrafts } from './apply-drafts.ts';
import type { Applied } from './apply-drafts.ts';
import type { Act } from './job-acts.ts';
import { draftOf } from './job-draft.ts';
import type { JobDraft } from './job-draft.ts';
import { lockJobs, maySee, noSuchJob } from './job-store.ts';
import { findAnswer, hashOf, keepAnswers, mustBeSame } from './repetitions.ts';
import { selectJobIds } from './search-jobs.ts';

/** The rule, and its name in the audit trail. */
export interface NamedAct {
  act: JobAct;
  does: Act;
}

/** What an act on some jobs came to. `pilotIds` held them: they are to be told. */
export interface Acted<Outcome = ActResult> {
  applied: Applied;
  outcome: Outcome;
  pilotIds: ReadonlySet<number>;
}

/** What became of a slice; a refusal's reason fits any job that is refused for it. */
export interface SliceOutcome {
  successful: number[];
  refused: { jobId: number; code: ErrorCode; reason: string }[];
}

/** Does one act to up to 1,000 jobs in one transaction, with its answer's key; each job succeeds or is refused with its reason. */
export async function actOnJobs(database: Database, name: string, body: ActBody, act: NamedAct, caller: Caller): Promise<Acted> {
  const { idempotencyKey: key, ...asked } = body;
  const jobIds = await chosenIds(database.read, body, caller);
  const requestHash = hashOf([name, asked]);
  const once = () =>
    database.transaction(async (tx, nowMs) => {
      const known = key === undefined ? undefined : await findAnswer<ActResult>(tx, caller, key);
      if (key !== undefined && known !== undefined) {
        mustBeSame(key, known.requestHash, requestHash);
        return { applied: { rows: [], queueDeltas: new Map() }, outcome: known.answer, pilotIds: new Set<number>() };
      }
      const slice = await actOnSlice(tx, jobIds, act, caller, nowMs);
      const acted = { ...slice, outcome: inDetail(slice.outcome) };
      if (key !== undefined) await keepAnswers(tx, [{ caller, key, requestHash, answer: acted.outcome }], nowMs);
      return acted;
    });
  return once().catch((error: unknown) => {
    // The same key at the same moment: it is there now, and the repetition finds it.
    if (key !== undefined && isUniqueViolation(error)) return once();
    throw error;
  });
}

async function chosenIds(db: Db, { jobIds, where = [], except = [] }: ActBody, caller: Caller): Promise<readonly number[]> {
  const left = except.length === 0 ? [] : [{ field: 'jobId' as const, operator: 'notIn' as const, values: except }];
  const ids = jobIds ?? (await selectJobIds(db, [...where, ...left], caller, mostJobsAnAct));
  if (ids.length <= mostJobsAnAct) return ids;
  throw new ContractError('TooLarge', `${ids.length} jobs are more than the ${mostJobsAnAct} that are acted on in one call.`, {
    next: 'Start an operation (POST /api/operations) for them.',
  });
}

function inDetail({ successful, refused }: SliceOutcome): ActResult {
  const failed = refused.map(({ jobId, code, reason }) => ({
    jobId,
    code,
    detail: code === 'NotFound' ? noSuchJob(jobId).message : `Job ${jobId}: ${reason}.`,
  }));
  return { successful, failed };
}

/** The same inside a transaction, for at most 1,000 jobs. What the caller may not see is refused as if it were not there. */
export async function actOnSlice(
  tx: Tx,
  jobIds: readonly number[],
  { act, does }: NamedAct,
  caller: Caller,
  nowMs: number,
): Promise<Acted<SliceOutcome>> {
  const rows = new Map((await lockJobs(tx, jobIds)).map((row) => [row.job_id, row]));
  const outcome: SliceOutcome = { successful: [], refused: [] };
  const drafts: JobDraft[] = [];
  for (const jobId of new Set(jobIds)) {
    const row = rows.get(jobId);
    if (row === undefined || !maySee(caller, row)) {
      outcome.refused.push({ jobId, code: 'NotFound', reason: 'there is no such job' });
      continue;
    }
    const draft = draftOf(row);
    const reason = does(draft, caller, nowMs);
    if (reason !== undefined) {
      outcome.refused.push({ jobId, code: 'IllegalTransition', reason });
      continue;
    }
    drafts.push(draft);
    outcome.successful.push(jobId);
  }
  const pilotIds = new Set(drafts.flatMap(({ before }) => before.pilot_id ?? []));
  if (outcome.successful.length > 0) await audit(tx, [{ act, actor: caller, jobIds: outcome.successful }], nowMs);
  return { applied: await applyDrafts(tx, drafts, nowMs), outcome, pilotIds };
}
