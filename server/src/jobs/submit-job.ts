import { ContractError, jobDefaults } from '@diraclab/contract';
import type { JobDescription, Parameters, Submission, Submitted } from '@diraclab/contract';
import { createHash, randomBytes } from 'node:crypto';
import type { Tx } from '../database/port.ts';
import { insertRows } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { findMissing } from '../sandboxes/sandbox-store.ts';
import { requirementsOf } from '../task-queues/requirements.ts';
import { addToQueues, findOrMakeQueue } from '../task-queues/task-queue-store.ts';
import { addToCounts } from './apply-drafts.ts';
import { checkParameters, expandDescription } from './expand-parameters.ts';
import { reserveJobIds } from './job-store.ts';

export interface SubmittedInQueue extends Submitted {
  /** The queue to wake, unless the submission was a repetition. */
  taskQueueId: number | undefined;
}

const jobColumns = [
  'job_id', 'description_id', 'parameters', 'parameter_index', 'job_name', 'job_group', 'job_type', 'owner', 'owner_group', 'vo', 'site',
  'status', 'minor_status', 'application_status', 'priority', 'cpu_time_s', 'submission_ms', 'last_update_ms', 'reschedule_counter',
  'attempt', 'report_sequence', 'log_length', 'task_queue_id', 'queued',
] as const; // prettier-ignore
const logColumns = ['job_id', 'sequence', 'attempt', 'status', 'minor_status', 'application_status', 'time_ms', 'source'] as const;

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

/** Check, insert, queue and log in one transaction: a job is either wholly there and in its queue, or not at all. */
export async function submitJobs(tx: Tx, submission: Submission, caller: Caller, nowMs: number): Promise<SubmittedInQueue> {
  const { description, parameters, idempotencyKey } = submission;
  const requestHash = createHash('sha256')
    .update(JSON.stringify([description, parameters ?? null]))
    .digest('hex');
  const repeated = idempotencyKey === undefined ? undefined : await findRepetition(tx, caller, idempotencyKey, requestHash);
  if (repeated !== undefined) return { ...repeated, repeated: true, taskQueueId: undefined };

  await checkInputFiles(tx, description);
  const descriptionId = await insertDescription(tx, description);
  const taskQueueId = await findOrMakeQueue(tx, caller, requirementsOf(description));
  const rows = parameters ?? [undefined];
  const jobIds = await reserveJobIds(tx, rows.length);
  const jobGroup =
    description.jobGroup ??
    (parameters === undefined ? 'NoGroup' : `${slug(description.jobName ?? 'sweep')}-${randomBytes(3).toString('hex')}`);

  const common = { descriptionId, taskQueueId, jobGroup, description, caller, nowMs };
  await insertRows(
    tx,
    'jobs',
    jobColumns,
    rows.map((row, index) => jobRow(common, jobIds[index] ?? 0, row, index)),
  );
  await insertRows(
    tx,
    'job_log',
    logColumns,
    jobIds.flatMap((jobId) => firstLogLines(jobId, nowMs)),
  );
  const [firstJobId] = jobIds;
  const counted = { vo: caller.vo, owner_group: caller.ownerGroup, owner: caller.owner, job_group: jobGroup, job_id: firstJobId ?? 0 };
  await addToCounts(tx, [{ row: counted, status: 'Waiting', n: jobIds.length }], nowMs);
  await addToQueues(tx, new Map([[taskQueueId, jobIds.length]]));

  const answer = { jobIds, jobGroup };
  if (idempotencyKey !== undefined) {
    await tx
      .insertInto('idempotency_keys')
      .values({
        ...ownerOf(caller),
        idempotency_key: idempotencyKey,
        request_hash: requestHash,
        answer: JSON.stringify(answer),
        created_ms: nowMs,
      })
      .execute();
  }
  return { ...answer, repeated: false, taskQueueId };
}

const ownerOf = (caller: Caller) => ({ vo: caller.vo, owner_group: caller.ownerGroup, owner: caller.owner });

async function findRepetition(
  tx: Tx,
  caller: Caller,
  key: string,
  requestHash: string,
): Promise<{ jobIds: number[]; jobGroup: string } | undefined> {
  const owner = ownerOf(caller);
  const known = await tx
    .selectFrom('idempotency_keys')
    .select(['request_hash', 'answer'])
    .where('vo', '=', owner.vo)
    .where('owner_group', '=', owner.owner_group)
    .where('owner', '=', owner.owner)
    .where('idempotency_key', '=', key)
    .executeTakeFirst();
  if (known === undefined) return undefined;
  if (known.request_hash !== requestHash) {
    throw new ContractError('KeyReused', `The idempotency key "${key}" was used for another submission; nothing was submitted.`, {
      next: 'Use a new key for a new submission, or repeat the first one unchanged.',
    });
  }
  return JSON.parse(known.answer) as { jobIds: number[]; jobGroup: string };
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

async function insertDescription(tx: Tx, description: JobDescription): Promise<number> {
  const { description_id } = await tx
    .insertInto('descriptions')
    .values({ body: JSON.stringify(description) })
    .returning('description_id')
    .executeTakeFirstOrThrow();
  const digests = [...new Set((description.inputSandbox ?? []).map(({ digest }) => digest))];
  await insertRows(
    tx,
    'description_files',
    ['description_id', 'digest'],
    digests.map((digest) => [description_id, digest]),
  );
  return description_id;
}

interface Common {
  descriptionId: number;
  taskQueueId: number;
  jobGroup: string;
  description: JobDescription;
  caller: Caller;
  nowMs: number;
}

function jobRow(common: Common, jobId: number, parameters: Parameters | undefined, index: number): (string | number | null)[] {
  const { descriptionId, taskQueueId, jobGroup, description, caller, nowMs } = common;
  const name =
    parameters === undefined || !(description.jobName?.includes('{') ?? false)
      ? description.jobName
      : expandDescription(description, parameters, index).jobName;
  return [
    jobId, descriptionId, parameters === undefined ? null : JSON.stringify(parameters), index, name ?? defaultName(description), jobGroup,
    description.jobType ?? jobDefaults.jobType, caller.owner, caller.ownerGroup, caller.vo, 'ANY', 'Waiting', 'Pilot Agent Submission', 'Unknown',
    description.priority ?? jobDefaults.priority, description.cpuTimeS ?? jobDefaults.cpuTimeS, nowMs, nowMs, 0, 0, 0, 2, taskQueueId, 1,
  ]; // prettier-ignore
}

/** What a person would call it: the command's last name. */
function defaultName({ executable, steps }: JobDescription): string {
  const command = executable ?? steps?.[0]?.executable ?? '';
  // eslint-disable-next-line no-control-regex -- names are one line
  return (command.split('/').at(-1) ?? command).replace(/[\u0000-\u001f\u007f]/g, ' ').slice(0, 128);
}

const slug = (name: string): string => name.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 100) || 'sweep';

function firstLogLines(jobId: number, nowMs: number): (string | number)[][] {
  return [
    [jobId, 1, 0, 'Received', 'Job accepted', 'Unknown', nowMs, 'JobManager'],
    [jobId, 2, 0, 'Waiting', 'Pilot Agent Submission', 'Unknown', nowMs, 'JobManager'],
  ];
}
