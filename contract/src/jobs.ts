import { z } from 'zod';
import { Fits, TypicalWait } from './fits';
import { JobDescription, Parameters, SandboxFile } from './job-description';
import { Instant } from './paging';
import { route } from './route';
import { oneLine, SandboxPath } from './texts';

/** DIRAC's states, in its words. `Submitting`, `Checking`, `Scouting` and `Staging` are kept for what comes; nothing here enters them yet. */
export const jobStatuses = [
  'Submitting', 'Received', 'Checking', 'Scouting', 'Staging', 'Waiting', 'Matched', 'Running', 'Stalled',
  'Completing', 'Completed', 'Done', 'Failed', 'Killed', 'Deleted', 'Rescheduled',
] as const; // prettier-ignore
export const JobStatus = z.enum(jobStatuses).meta({ id: 'JobStatus' });
export type JobStatus = z.infer<typeof JobStatus>;

/** States in which nothing more happens by itself. */
export const finalStatuses: readonly JobStatus[] = ['Done', 'Completed', 'Failed', 'Killed', 'Deleted'];
export const isFinal = (status: JobStatus): boolean => finalStatuses.includes(status);

export const JobId = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER).meta({ id: 'JobId' });

/** How a job ended, typed; {@link Job.minorStatus} is the sentence for people. */
export const EndReason = z
  .enum([
    'exit',
    'signal',
    'notFound',
    'overCpuTime',
    'overWallTime',
    'overMemory',
    'inputMissing',
    'uploadFailed',
    'outputTooLarge',
    'killed',
    'lostPilot',
    'diskFull',
  ])
  .meta({ id: 'EndReason' });
export type EndReason = z.infer<typeof EndReason>;

export const Job = z
  .object({
    jobId: z.number().int(),
    jobName: z.string(),
    jobGroup: z.string(),
    jobType: z.string(),
    owner: z.string(),
    ownerGroup: z.string(),
    vo: z.string(),
    /** Where it runs or ran; `ANY` before it is matched, as in DIRAC. */
    site: z.string(),
    status: JobStatus,
    minorStatus: z.string(),
    applicationStatus: z.string(),
    priority: z.number().int(),
    /** CPU seconds asked for. */
    cpuTimeS: z.number().int(),
    submissionTime: Instant,
    lastUpdateTime: Instant,
    startExecTime: Instant.nullable(),
    endExecTime: Instant.nullable(),
    heartBeatTime: Instant.nullable(),
    rescheduleCounter: z.number().int(),
    /** 0 before the first match, then 1, 2 … */
    attempt: z.number().int(),
    endReason: EndReason.nullable(),
    exitCode: z.number().int().nullable(),
    cpuTimeUsedS: z.number().nullable(),
    wallTimeUsedS: z.number().nullable(),
    maxRssMB: z.number().nullable(),
    parameters: Parameters.nullable(),
  })
  .meta({ id: 'Job' });
export type Job = z.infer<typeof Job>;

export const Attempt = z
  .object({
    attempt: z.number().int(),
    pilotId: z.number().int(),
    site: z.string(),
    host: z.string(),
    matchedTime: Instant,
    endTime: Instant.nullable(),
    outcome: z.string().nullable(),
  })
  .meta({ id: 'Attempt' });
export type Attempt = z.infer<typeof Attempt>;

export const JobDetails = Job.extend({
  description: JobDescription,
  outputs: z.array(SandboxFile),
  attempts: z.array(Attempt),
}).meta({ id: 'JobDetails' });
export type JobDetails = z.infer<typeof JobDetails>;

/** Longest bulk by default; a server may be configured otherwise and says so in whoAmI. */
export const defaultMaxBulkJobs = 100_000;

export const Submission = z
  .strictObject({
    description: JobDescription,
    /** One job each, expanded on the server; absent: one job. */
    parameters: z.array(Parameters).min(1).max(1_000_000).optional(),
    /** Sending the same key again gives the same jobs and makes none. */
    idempotencyKey: oneLine(200).min(1).optional(),
    /** Submits what by all that is known no resource can ever run. */
    force: z.boolean().optional(),
    /** Checks everything but the input files, and submits nothing: the answer has no ids. */
    dryRun: z.boolean().optional(),
  })
  .meta({ id: 'Submission' });
export type Submission = z.infer<typeof Submission>;

export const Submitted = z
  .object({
    jobIds: z.array(z.number().int()),
    jobGroup: z.string(),
    /** True when the idempotency key was known: these jobs were made by an earlier call. */
    repeated: z.boolean(),
    /** How many of the resources known can take them. */
    fits: Fits,
    /** What does not keep them from being accepted, and may keep them waiting. */
    warnings: z.array(z.string()),
    /** What would be, of a dry run. */
    dryRun: z.object({ jobs: z.number().int(), typicalWait: TypicalWait.nullable() }).optional(),
  })
  .meta({ id: 'Submitted' });
export type Submitted = z.infer<typeof Submitted>;

export const submitJobs = route({
  name: 'submitJobs',
  summary: 'Submit one job, or one for each row of parameters; all or none',
  method: 'POST',
  path: '/jobs',
  body: Submission,
  returns: Submitted,
  status: 201,
  errors: ['BadRequest', 'NotAllowed', 'TooLarge', 'MissingSandboxFile', 'KeyReused', 'NeverFits', 'StorageFull'],
});

const JobPath = z.strictObject({ jobId: JobId });

export const getJob = route({
  name: 'getJob',
  summary: 'A job with its description, outputs and attempts',
  method: 'GET',
  path: '/jobs/:jobId',
  params: JobPath,
  returns: JobDetails,
  errors: ['NotFound'],
});

export const LogEntry = z
  .object({
    status: z.string(),
    minorStatus: z.string(),
    applicationStatus: z.string(),
    time: Instant,
    source: z.string(),
    attempt: z.number().int(),
  })
  .meta({ id: 'LogEntry' });
export type LogEntry = z.infer<typeof LogEntry>;

export const getJobLog = route({
  name: 'getJobLog',
  summary: 'Every change of state of a job, oldest first',
  method: 'GET',
  path: '/jobs/:jobId/log',
  params: JobPath,
  returns: z.object({ entries: z.array(LogEntry) }).meta({ id: 'JobLog' }),
  errors: ['NotFound'],
});

export const OutputStream = z.enum(['stdout', 'stderr']);
export type OutputStream = z.infer<typeof OutputStream>;

export const Peek = z
  .object({
    stream: OutputStream,
    /** Byte offset of the first byte of `text`; larger than asked for when older output is no longer kept here. */
    from: z.number().int(),
    text: z.string(),
    /** Byte offset after `text`: ask from here next time. */
    end: z.number().int(),
    /** Nothing more will come: the job is final and `text` reaches the end of its output. */
    complete: z.boolean(),
  })
  .meta({ id: 'Peek' });
export type Peek = z.infer<typeof Peek>;

export const peekJob = route({
  name: 'peekJob',
  summary: 'Standard output or error so far, also while the job runs; the last 256 KiB are kept while it runs, all of it afterwards',
  method: 'GET',
  path: '/jobs/:jobId/peek',
  params: JobPath,
  query: z.strictObject({
    stream: OutputStream.optional(),
    /** Byte offset; a negative one counts from the end. */
    from: z.coerce.number().int().optional(),
  }),
  returns: Peek,
  errors: ['NotFound'],
});

const FileQuery = z.strictObject({ path: SandboxPath });

export const getInputFile = route({
  name: 'getInputFile',
  summary: 'One file of the input sandbox',
  method: 'GET',
  path: '/jobs/:jobId/input-sandbox/file',
  params: JobPath,
  query: FileQuery,
  bytes: 'out',
  errors: ['NotFound'],
});

export const getOutputFile = route({
  name: 'getOutputFile',
  summary: 'One file of the output sandbox',
  method: 'GET',
  path: '/jobs/:jobId/output-sandbox/file',
  params: JobPath,
  query: FileQuery,
  bytes: 'out',
  errors: ['NotFound'],
});
