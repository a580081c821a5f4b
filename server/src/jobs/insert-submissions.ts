import type { ContractError, JobDescription, Parameters, Submission, Submitted } from '@diraclab/contract';
import type { Tx } from '../database/port.ts';
import { insertRows } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { audit } from '../audit/audit.ts';
import { requirementsOf } from '../task-queues/requirements.ts';
import { addToQueues, findOrMakeQueues } from '../task-queues/task-queue-store.ts';
import { addToCounts } from './job-counters.ts';
import type { JobRow } from './job-row.ts';
import { reserveIds } from './job-store.ts';
import { anySite, firstLogLines, jobColumns, logColumns, newJobValues, rowOf } from './new-job-rows.ts';
import type { Values } from './new-job-rows.ts';
import { keepAnswers } from './repetitions.ts';

export interface Asked {
  submission: Submission;
  caller: Caller;
  /** Said against it unless it is a repetition. */
  refusal?: ContractError | undefined;
}

export interface SubmittedInQueue extends Pick<Submitted, 'jobIds' | 'jobGroup' | 'repeated'> {
  /** The queue to wake, unless the submission was a repetition. */
  taskQueueId: number | undefined;
  /** The new jobs; empty for a repetition, and above {@link rowsGivenUpTo} jobs. */
  rows: JobRow[];
}

/** Above this many new jobs listeners are told that much changed, not each row. */
export const rowsGivenUpTo = 100;

/** A submission that nothing speaks against. */
export interface Accepted extends Asked {
  /** Only with an idempotency key. */
  requestHash: string | undefined;
  jobs: readonly (Parameters | undefined)[];
  /** Filled in when it is written. */
  answer: SubmittedInQueue;
}

/** Writes them with all that hangs on them, each table by one statement, and fills in their answers. */
export async function insertSubmissions(tx: Tx, accepted: readonly Accepted[], nowMs: number): Promise<void> {
  if (accepted.length === 0) return;
  const descriptionIds = await insertDescriptions(tx, accepted.map(({ submission }) => submission.description)); // prettier-ignore
  const queueIds = await findOrMakeQueues(tx, accepted.map(({ submission, caller }) => ({ owner: caller, requirements: requirementsOf(submission.description) }))); // prettier-ignore
  const jobIds = await reserveIds(tx, 'jobs', 'job_id', accepted.reduce((n, { jobs }) => n + jobs.length, 0)); // prettier-ignore
  const values: Values[] = [];
  accepted.forEach(({ submission: { description, onBehalfOf: endUser }, caller, jobs, answer }, at) => {
    const taskQueueId = queueIds[at] ?? 0;
    const common = { descriptionId: descriptionIds[at] ?? 0, taskQueueId, jobGroup: answer.jobGroup, description, caller, endUser, nowMs };
    const first = values.length;
    jobs.forEach((parameters, index) => values.push(newJobValues(common, jobIds[first + index] ?? 0, parameters, index)));
    answer.jobIds = jobIds.slice(first, first + jobs.length);
    answer.taskQueueId = taskQueueId;
    if (jobs.length <= rowsGivenUpTo) answer.rows = values.slice(first).map(rowOf);
  });
  await insertRows(tx, 'jobs', jobColumns, values);
  await audit(tx, accepted.map(({ caller, submission, answer: { jobIds: ids, jobGroup } }) => ({ act: 'submit', actor: caller, jobIds: ids, jobGroup, endUser: submission.onBehalfOf })), nowMs); // prettier-ignore
  await insertRows(tx, 'job_log', logColumns, jobIds.flatMap((jobId) => firstLogLines(jobId, nowMs))); // prettier-ignore
  await addToCounts(tx, accepted.map(({ caller, answer }) => ({ row: countedAs(caller, answer), status: 'Waiting', n: answer.jobIds.length })), [], nowMs); // prettier-ignore
  const waiting = new Map<number, number>();
  accepted.forEach(({ jobs }, at) => waiting.set(queueIds[at] ?? 0, (waiting.get(queueIds[at] ?? 0) ?? 0) + jobs.length));
  await addToQueues(tx, waiting);
  const kept = accepted.flatMap(({ caller, submission: { idempotencyKey: key }, requestHash, answer: { jobIds: ids, jobGroup } }) =>
    key === undefined || requestHash === undefined ? [] : [{ caller, key, requestHash, answer: { jobIds: ids, jobGroup } }],
  );
  await keepAnswers(tx, kept, nowMs);
}

const countedAs = (caller: Caller, { jobGroup, jobIds }: SubmittedInQueue) => ({
  vo: caller.vo,
  owner_group: caller.ownerGroup,
  owner: caller.owner,
  job_group: jobGroup,
  job_id: jobIds[0] ?? 0,
  site: anySite,
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
