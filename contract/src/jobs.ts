import { z } from 'zod';
import { mostJdlCharacters } from './jdl/read';
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
    /** For whom a robot (a community's portal) submitted it. */
    endUser: z.string().optional(),
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

/** DIRAC's job parameter: a fact about a run, noted by its pilot or by its owner. Not the parameters of a sweep. */
export const JobParameter = z.object({ name: z.string(), value: z.string(), time: Instant }).meta({ id: 'JobParameter' });
export type JobParameter = z.infer<typeof JobParameter>;

export const JobDetails = Job.extend({
  description: JobDescription,
  outputs: z.array(SandboxFile),
  attempts: z.array(Attempt),
  /** Facts of the current attempt that its pilot or its owner noted, such as the node's processor. */
  jobParameters: z.array(JobParameter),
  /** Who asked for its kill. */
  killedBy: z.string().nullable(),
}).meta({ id: 'JobDetails' });
export type JobDetails = z.infer<typeof JobDetails>;

/** What a call submits: a description in our form, or JDL in either dialect. */
export const SubmissionBody = z
  .strictObject({
    description: JobDescription.optional(),
    /** With DIRAC's `Parameters` it is a bulk, expanded on the server. */
    jdl: z.string().min(1).max(mostJdlCharacters).optional(),
    /** With `jdl`: the files that its InputSandbox only names. */
    inputSandbox: z.array(SandboxFile).max(10_000).optional(),
    /** One job each, expanded on the server; absent: one job. */
    parameters: z.array(Parameters).min(1).max(1_000_000).optional(),
    /** Sending the same key again gives the same jobs and makes none. */
    idempotencyKey: oneLine(200).min(1).optional(),
    /** The end user for whom a robot submits; only robots with that right may say it. */
    onBehalfOf: oneLine(255).min(1).optional(),
    /** Submits what by all that is known no resource can ever run. */
    force: z.boolean().optional(),
    /** Checks everything but the input files, and submits nothing: the answer has no ids. */
    dryRun: z.boolean().optional(),
  })
  .refine((body) => (body.description === undefined) !== (body.jdl === undefined), {
    message: 'must have either "description" or "jdl"',
    path: ['description'],
  })
  .refine((body) => body.inputSandbox === undefined || body.jdl !== undefined, {
    message: 'belongs to "jdl"; a description has its own',
    path: ['inputSandbox'],
  })
  .meta({ id: 'Submission' });
export type SubmissionBody = z.infer<typeof SubmissionBody>;

/** A submission in our form, as the rules take it. */
export interface Submission {
  description: JobDescription;
  parameters?: Parameters[] | undefined;
  idempotencyKey?: string | undefined;
  onBehalfOf?: string | undefined;
  force?: boolean | undefined;
  dryRun?: boolean | undefined;
}

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
  body: SubmissionBody,
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

export const JobExport = z.object({ jdl: z.string(), description: JobDescription }).meta({ id: 'JobExport' });
export type JobExport = z.infer<typeof JobExport>;

export const getJobJdl = route({
  name: 'getJobJdl',
  summary: 'What a job was asked to do, its parameters filled in, as JDL and in our form; either can be submitted again',
  method: 'GET',
  path: '/jobs/:jobId/jdl',
  params: JobPath,
  returns: JobExport,
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
