import { jobDefaults } from '@diraclab/contract';
import type { JobDescription, Parameters } from '@diraclab/contract';
import { randomBytes } from 'node:crypto';
import type { Caller } from '../identity/caller.ts';
import { fillIn } from './expand-parameters.ts';
import type { JobRow } from './job-row.ts';

/** Columns that a job is born with; the others are null until it is matched or has ended. */
export const jobColumns = [
  'job_id', 'description_id', 'parameters', 'parameter_index', 'job_name', 'job_group', 'job_type', 'owner', 'owner_group', 'vo', 'site',
  'status', 'minor_status', 'application_status', 'priority', 'cpu_time_s', 'submission_ms', 'last_update_ms', 'reschedule_counter',
  'attempt', 'report_sequence', 'log_length', 'task_queue_id', 'queued', 'end_user', 'retries', 'retry_on',
] as const satisfies readonly (keyof JobRow)[]; // prettier-ignore
export const logColumns = ['job_id', 'sequence', 'attempt', 'status', 'minor_status', 'application_status', 'time_ms', 'source'] as const;

/** Where a job is before it is matched. */
export const anySite = 'ANY';

/** Values of one row, in the order of its columns. */
export type Values = (string | number | null)[];

export interface NewJobs {
  descriptionId: number;
  taskQueueId: number;
  jobGroup: string;
  description: JobDescription;
  caller: Caller;
  /** For whom a robot submits. */
  endUser: string | undefined;
  nowMs: number;
}

export function newJobValues(common: NewJobs, jobId: number, parameters: Parameters | undefined, index: number): Values {
  const { descriptionId, taskQueueId, jobGroup, description, caller, endUser, nowMs } = common;
  const { jobName } = description;
  const name = jobName === undefined ? undefined : fillIn(jobName, parameters, index, jobId);
  return [
    jobId, descriptionId, parameters === undefined ? null : JSON.stringify(parameters), index, name ?? defaultName(description), jobGroup,
    description.jobType ?? jobDefaults.jobType, caller.owner, caller.ownerGroup, caller.vo, anySite, 'Waiting', 'Pilot Agent Submission', 'Unknown',
    description.priority ?? jobDefaults.priority, description.cpuTimeS ?? jobDefaults.cpuTimeS, nowMs, nowMs, 0, 0, 0, 2, taskQueueId, 1,
    endUser ?? '', description.retries ?? jobDefaults.retries,
    description.retryOn === undefined ? null : JSON.stringify(description.retryOn),
  ]; // prettier-ignore
}

const unborn = {
  start_exec_ms: null, end_exec_ms: null, heart_beat_ms: null, pilot_id: null, kill_requested_ms: null, end_reason: null, exit_code: null,
  cpu_time_used_s: null, wall_time_used_s: null, max_rss_mb: null, suspended: 0, retried: 0, killed_by: null, binned_status: null,
  binned_minor_status: null,
} satisfies Partial<JobRow>; // prettier-ignore

/** The row as a select would give it, so that nobody has to read what was written a moment ago. */
export function rowOf(values: Values): JobRow {
  return { ...unborn, ...Object.fromEntries(jobColumns.map((column, at) => [column, values[at]])) } as unknown as JobRow;
}

export function firstLogLines(jobId: number, nowMs: number): Values[] {
  return [
    [jobId, 1, 0, 'Received', 'Job accepted', 'Unknown', nowMs, 'JobManager'],
    [jobId, 2, 0, 'Waiting', 'Pilot Agent Submission', 'Unknown', nowMs, 'JobManager'],
  ];
}

export function groupOf({ jobGroup, jobName }: JobDescription, parameters: readonly Parameters[] | undefined): string {
  if (jobGroup !== undefined) return jobGroup;
  return parameters === undefined ? 'NoGroup' : `${slug(jobName ?? 'sweep')}-${randomBytes(3).toString('hex')}`;
}

/** What a person would call it: the command's last name. */
function defaultName({ executable, steps }: JobDescription): string {
  const command = executable ?? steps?.[0]?.executable ?? '';
  // eslint-disable-next-line no-control-regex -- names are one line
  return (command.split('/').at(-1) ?? command).replace(/[\u0000-\u001f\u007f]/g, ' ').slice(0, 128);
}

const slug = (name: string): string => name.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 100) || 'sweep';
