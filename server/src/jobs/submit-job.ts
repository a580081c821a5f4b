import { ContractError } from '@diraclab/contract';
import type { JobDescription, Parameters, Submission, Submitted } from '@diraclab/contract';
import type { Tx } from '../database/port.ts';
import { insertRows } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { findMissing } from '../sandboxes/sandbox-store.ts';
import { requirementsOf } from '../task-queues/requirements.ts';
import { addToQueues, findOrMakeQueues } from '../task-queues/task-queue-store.ts';
import { addToCounts } from './apply-drafts.ts';
import { checkParameters } from './expand-parameters.ts';
import { reserveIds } from './job-store.ts';
import type { JobRow } from './job-row.ts';
import { firstLogLines, groupOf, jobColumns, logColumns, newJobValues, rowOf } from './new-job-rows.ts';
import type { Values } from './new-job-rows.ts';
import { findAnswer, keepAnswers, mustBeSame, requestHashOf } from './repetitions.ts';

export interface Asked {
  submission: Submission;
  caller: Caller;
}

export interface SubmittedInQueue extends Submitted {
  /** The queue to wake, unless the submission was a repetition. */
  taskQueueId: number | undefined;
  /** The new jobs; empty for a repetition, and above {@link rowsGivenUpTo} jobs. */
  rows: JobRow[];
}

/** Above this many new jobs listeners are told that much changed, not each row. */
export const rowsGivenUpTo = 100;

/** Everything that can be said against a submission before the database is asked. */
export function checkSubmission(submission: Submission, maxBulkJobs: number): void {
  const { parameters, description } = submission;
  if (parameters === undefined) return;
  if (parameters.length > maxBulkJobs) {
    throw new ContractError(
      'TooLarge',
      `A bulk of ${parameters.length} jobs is larger than the ${maxBulkJobs} this server takes in one call.`,
      {
        next: `Split it into calls of at most ${maxBulkJobs}.`,
      },
    );
  }
  checkParameters(description, parameters);
}

interface Accepted extends Asked {
  /** Only with an idempotency key. */
  requestHash: string | undefined;
  jobs: readonly (Parameters | undefined)[];
  /** Filled in when it is written. */
  answer: SubmittedInQueue;
}

/** The same key came earlier in this transaction: answered by what becomes of that one. */
type Verdict = { accepted: Accepted } | { repeats: Accepted } | { answer: SubmittedInQueue | ContractError };

/**
 * Check, insert, queue and log in one transaction: a job is either wholly there and in its queue, or not at all. All submissions of a
 * transaction share each statement: a dozen round trips for 16 single jobs, where one after the other took twelve each (2.5 to 6 times as
 * long). A refusal is decided before anything is written, so it refuses only its own.
 */
export async function submitTogether(tx: Tx, asked: readonly Asked[], nowMs: number): Promise<(SubmittedInQueue | ContractError)[]> {
  const byKey = new Map<string, Accepted>();
  const verdicts: Verdict[] = [];
  for (const one of asked) {
    verdicts.push(
      await judge(tx, one, byKey).catch((error: unknown) => {
        if (error instanceof ContractError) return { answer: error };
        throw error;
      }),
    );
  }
  await write(
    tx,
    verdicts.flatMap((verdict) => ('accepted' in verdict ? [verdict.accepted] : [])),
    nowMs,
  );
  return verdicts.map((verdict) => {
    if ('accepted' in verdict) return verdict.accepted.answer;
    return 'repeats' in verdict ? repetition(verdict.repeats.answer) : verdict.answer;
  });
}

const repetition = ({ jobIds, jobGroup }: Pick<Submitted, 'jobIds' | 'jobGroup'>): SubmittedInQueue => ({
  jobIds,
  jobGroup,
  repeated: true,
  taskQueueId: undefined,
  rows: [],
});

async function judge(tx: Tx, asked: Asked, byKey: Map<string, Accepted>): Promise<Verdict> {
  const { submission, caller } = asked;
  const { description, parameters, idempotencyKey: key } = submission;
  // Only a key needs the hash: of 10,000 rows it takes 15 ms.
  const requestHash = key === undefined ? undefined : requestHashOf(submission);
  const ownKey = JSON.stringify([caller.vo, caller.ownerGroup, caller.owner, key]);
  if (key !== undefined && requestHash !== undefined) {
    const before = byKey.get(ownKey);
    if (before?.requestHash !== undefined) {
      mustBeSame(key, before.requestHash, requestHash);
      return { repeats: before };
    }
    const known = await findAnswer(tx, caller, key);
    if (known !== undefined) {
      mustBeSame(key, known.requestHash, requestHash);
      return { answer: repetition(known.answer) };
    }
  }
  await checkInputFiles(tx, description);
  const answer: SubmittedInQueue = {
    jobIds: [],
    jobGroup: groupOf(description, parameters),
    repeated: false,
    taskQueueId: undefined,
    rows: [],
  };
  const accepted: Accepted = { ...asked, requestHash, jobs: parameters ?? [undefined], answer };
  if (key !== undefined) byKey.set(ownKey, accepted);
  return { accepted };
}

async function checkInputFiles(tx: Tx, { inputSandbox = [] }: JobDescription): Promise<void> {
  const missing = await findMissing(
    tx,
    inputSandbox.map(({ digest }) => digest),
  );
  const absent = inputSandbox.find(({ digest }) => missing.includes(digest));
  if (absent !== undefined) {
    throw new ContractError('MissingSandboxFile', `The input file ${absent.path} (sha256 ${absent.digest}) was not uploaded.`, {
      next: 'Upload it with PUT /api/sandbox-files/<sha256>, then submit again.',
    });
  }
}

async function write(tx: Tx, accepted: readonly Accepted[], nowMs: number): Promise<void> {
  if (accepted.length === 0) return;
  const descriptionIds = await insertDescriptions(tx, accepted.map(({ submission }) => submission.description)); // prettier-ignore
  const queueIds = await findOrMakeQueues(tx, accepted.map(({ submission, caller }) => ({ owner: caller, requirements: requirementsOf(submission.description) }))); // prettier-ignore
  const jobIds = await reserveIds(tx, 'jobs', 'job_id', accepted.reduce((n, { jobs }) => n + jobs.length, 0)); // prettier-ignore
  const values: Values[] = [];
  accepted.forEach(({ submission: { description }, caller, jobs, answer }, at) => {
    const taskQueueId = queueIds[at] ?? 0;
    const common = { descriptionId: descriptionIds[at] ?? 0, taskQueueId, jobGroup: answer.jobGroup, description, caller, nowMs };
    const first = values.length;
    jobs.forEach((parameters, index) => values.push(newJobValues(common, jobIds[first + index] ?? 0, parameters, index)));
    answer.jobIds = jobIds.slice(first, first + jobs.length);
    answer.taskQueueId = taskQueueId;
    if (jobs.length <= rowsGivenUpTo) answer.rows = values.slice(first).map(rowOf);
  });
  await insertRows(tx, 'jobs', jobColumns, values);
  await insertRows(tx, 'job_log', logColumns, jobIds.flatMap((jobId) => firstLogLines(jobId, nowMs))); // prettier-ignore
  await addToCounts(tx, accepted.map(({ caller, answer }) => ({ row: countedAs(caller, answer), status: 'Waiting', n: answer.jobIds.length })), nowMs); // prettier-ignore
  const waiting = new Map<number, number>();
  accepted.forEach(({ jobs }, at) => waiting.set(queueIds[at] ?? 0, (waiting.get(queueIds[at] ?? 0) ?? 0) + jobs.length));
  await addToQueues(tx, waiting);
  const kept = accepted.flatMap(({ caller, submission: { idempotencyKey: key }, requestHash, answer: { jobIds: ids, jobGroup } }) =>
    key === undefined || requestHash === undefined ? [] : [{ caller, key, requestHash, answer: { jobIds: ids, jobGroup } }],
  );
  await keepAnswers(tx, kept, nowMs);
}

const countedAs = (caller: Caller, { jobGroup, jobIds }: Submitted) => ({
  vo: caller.vo,
  owner_group: caller.ownerGroup,
  owner: caller.owner,
  job_group: jobGroup,
  job_id: jobIds[0] ?? 0,
});

async function insertDescriptions(tx: Tx, descriptions: readonly JobDescription[]): Promise<number[]> {
  const ids = await reserveIds(tx, 'descriptions', 'description_id', descriptions.length);
  await insertRows(tx, 'descriptions', ['description_id', 'body'], descriptions.map((description, at) => [ids[at], JSON.stringify(description)])); // prettier-ignore
  const files = descriptions.flatMap(({ inputSandbox = [] }, at) =>
    [...new Set(inputSandbox.map(({ digest }) => digest))].map((digest) => [ids[at], digest]),
  );
  await insertRows(tx, 'description_files', ['description_id', 'digest'], files);
  return ids;
}
