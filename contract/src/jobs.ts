import { z } from 'zod';
import { Cursor, Instant } from './paging';
import { route } from './route';

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

/** One line of printable text, as titles and statuses are: control characters are refused, not repaired. */
// eslint-disable-next-line no-control-regex -- control characters are what it refuses
const noControls = /^[^\u0000-\u001f\u007f]*$/;
export const oneLine = (longest: number) => z.string().max(longest).regex(noControls, 'must be one line without control characters');

/** Any text but with NUL, which no argument, variable or PostgreSQL text can hold. */
export const text = (longest: number) =>
  z
    .string()
    .max(longest)
    .refine((value) => !value.includes('\0'), 'must not contain NUL');

/** sha256 of the bytes, in hexadecimal. */
export const Digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be a sha256 in 64 hexadecimal digits')
  .meta({ id: 'Digest' });

/**
 * Where a file lies inside the job's directory: relative, canonical, at most 16 names deep.
 * Anything that could leave the directory, or be another spelling of the same place, is refused.
 */
export const SandboxPath = z
  .string()
  .min(1)
  .max(1024)
  .refine(isSandboxPath, 'must be a relative path inside the job directory, without "..", ".", "//", a backslash or control characters')
  .meta({ id: 'SandboxPath' });

export function isSandboxPath(path: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what it refuses
  if (/[\u0000-\u001f\u007f\\]/.test(path) || path !== path.normalize('NFC')) return false;
  const names = path.split('/');
  return (
    names.length <= 16 &&
    names.every((name) => name !== '' && name !== '.' && name !== '..' && new TextEncoder().encode(name).length <= 255)
  );
}

export const SandboxFile = z
  .strictObject({
    path: SandboxPath,
    digest: Digest,
    sizeBytes: z.number().int().min(0),
    executable: z.boolean().optional(),
  })
  .meta({ id: 'SandboxFile' });
export type SandboxFile = z.infer<typeof SandboxFile>;

const Argument = text(100_000);

export const Step = z
  .strictObject({
    /** A file of the input sandbox (relative), a command on PATH, or an absolute path. */
    executable: text(4096).min(1),
    arguments: z.array(Argument).max(10_000).optional(),
    /** Where this step's output goes; without it, the job's stdOutput (DIRAC's logFile). */
    logFile: SandboxPath.optional(),
  })
  .meta({ id: 'Step' });
export type Step = z.infer<typeof Step>;

const Name = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+:@/-]*$/, 'must be a name: letters, digits and . _ + : @ / -');

/**
 * What a job is. Either `executable` (with `arguments`) or `steps`. In texts, `{name}` stands for a parameter of a swept job and `{index}`
 * for its number from 0; other braces are left alone. Limits and defaults are DIRAC's where it has them.
 */
export const JobDescription = z
  .strictObject({
    jobName: oneLine(128).optional(),
    jobGroup: oneLine(128).optional(),
    jobType: Name.optional(),
    executable: text(4096).min(1).optional(),
    arguments: z.array(Argument).max(10_000).optional(),
    steps: z.array(Step).min(1).max(100).optional(),
    inputSandbox: z.array(SandboxFile).max(10_000).optional(),
    /** Names or globs (`*`, `?`, `**`) of files to bring back, besides stdOutput and stdError, which always come. */
    outputSandbox: z.array(z.string().min(1).max(1024).refine(isSandboxPath, 'must stay inside the job directory')).max(1000).optional(),
    stdOutput: SandboxPath.optional(),
    stdError: SandboxPath.optional(),
    environment: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), text(100_000)).optional(),
    /** CPU seconds the job may use, all its processes together; default 86,400, bounds 1 to 50,000,000. */
    cpuTimeS: z.number().int().min(1).max(50_000_000).optional(),
    /** Seconds by the clock; default three days, DIRAC's MaxWallClockTime. */
    wallTimeS: z.number().int().min(1).max(10_000_000).optional(),
    sites: z.array(Name).max(1000).optional(),
    bannedSites: z.array(Name).max(1000).optional(),
    platforms: z.array(Name).max(100).optional(),
    tags: z.array(Name).max(100).optional(),
    numberOfProcessors: z.number().int().min(1).max(1024).optional(),
    minRamMB: z.number().int().min(0).max(100_000_000).optional(),
    /** DIRAC's UserPriority, 0 (background) to 10; default 1. Orders one owner's jobs among themselves. */
    priority: z.number().int().min(0).max(10).optional(),
  })
  .refine((description) => (description.executable === undefined) !== (description.steps === undefined), {
    message: 'must have either "executable" or "steps"',
    path: ['executable'],
  })
  .refine((description) => description.steps === undefined || description.arguments === undefined, {
    message: 'belongs to "executable"; with "steps" each step has its own',
    path: ['arguments'],
  })
  .meta({ id: 'JobDescription' });
export type JobDescription = z.infer<typeof JobDescription>;

export const jobDefaults = {
  jobType: 'User',
  stdOutput: 'std.out',
  stdError: 'std.err',
  cpuTimeS: 86_400,
  wallTimeS: 3 * 86_400,
  numberOfProcessors: 1,
  priority: 1,
} as const;

export function stepsOf(description: JobDescription): Step[] {
  if (description.steps !== undefined) return description.steps;
  return [
    {
      executable: description.executable ?? '',
      ...(description.arguments === undefined ? {} : { arguments: description.arguments }),
    },
  ];
}

export const ParameterValue = z.union([text(100_000), z.number(), z.boolean()]);
export const Parameters = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), ParameterValue).meta({ id: 'Parameters' });
export type Parameters = z.infer<typeof Parameters>;

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

// ---- submission

/** Longest bulk by default; a server may be configured otherwise and says so in whoAmI. */
export const defaultMaxBulkJobs = 100_000;

export const Submission = z
  .strictObject({
    description: JobDescription,
    /** One job each, expanded on the server; absent: one job. */
    parameters: z.array(Parameters).min(1).max(1_000_000).optional(),
    /** Sending the same key again gives the same jobs and makes none. */
    idempotencyKey: oneLine(200).min(1).optional(),
  })
  .meta({ id: 'Submission' });
export type Submission = z.infer<typeof Submission>;

export const Submitted = z
  .object({
    jobIds: z.array(z.number().int()),
    jobGroup: z.string(),
    /** True when the idempotency key was known: these jobs were made by an earlier call. */
    repeated: z.boolean(),
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

// ---- search

export const searchFields = [
  'jobId', 'jobName', 'jobGroup', 'jobType', 'owner', 'ownerGroup', 'vo', 'site', 'status', 'minorStatus', 'applicationStatus',
  'priority', 'submissionTime', 'lastUpdateTime', 'startExecTime', 'endExecTime',
] as const; // prettier-ignore
export const SearchField = z.enum(searchFields).meta({ id: 'SearchField' });
export type SearchField = z.infer<typeof SearchField>;

export const Condition = z
  .strictObject({
    field: SearchField,
    /** `like` takes `*` and `?`; `in` and `notIn` take several values, the others one. */
    operator: z.enum(['eq', 'neq', 'lt', 'lte', 'gt', 'gte', 'like', 'in', 'notIn']),
    values: z
      .array(z.union([text(1000), z.number()]))
      .min(1)
      .max(10_000),
  })
  .meta({ id: 'Condition' });
export type Condition = z.infer<typeof Condition>;

const Where = z.array(Condition).max(50);

/** All conditions hold. Deleted jobs are left out unless `status` is asked for. */
export const JobQuery = z
  .strictObject({
    where: Where.optional(),
    sort: z.strictObject({ field: SearchField, direction: z.enum(['asc', 'desc']) }).optional(),
    /** Rows on this page, 1 to 1,000; default 100. */
    limit: z.number().int().min(1).max(1000).optional(),
    after: Cursor.optional(),
  })
  .meta({ id: 'JobQuery' });
export type JobQuery = z.infer<typeof JobQuery>;

export const JobPage = z
  .object({
    jobs: z.array(Job),
    /** How many the conditions hold for, on all pages. */
    total: z.number().int(),
    /** For the next page; null on the last. */
    next: z.string().nullable(),
  })
  .meta({ id: 'JobPage' });
export type JobPage = z.infer<typeof JobPage>;

export const searchJobs = route({
  name: 'searchJobs',
  summary: 'Filter, sort and page jobs; done in the database',
  method: 'POST',
  path: '/jobs/search',
  body: JobQuery,
  returns: JobPage,
  errors: ['BadRequest'],
});

export const groupFields = ['status', 'site', 'jobGroup', 'owner', 'ownerGroup', 'jobType', 'minorStatus'] as const;

export const JobCount = z.object({ value: z.string(), count: z.number().int() }).meta({ id: 'JobCount' });
export type JobCount = z.infer<typeof JobCount>;

export const countJobs = route({
  name: 'countJobs',
  summary: 'How many jobs have each value of a field',
  method: 'POST',
  path: '/jobs/counts',
  body: z.strictObject({ groupBy: z.enum(groupFields), where: Where.optional() }).meta({ id: 'CountQuery' }),
  returns: z.object({ counts: z.array(JobCount) }).meta({ id: 'JobCounts' }),
  errors: ['BadRequest'],
});

export const GroupSummary = z
  .object({
    jobGroup: z.string(),
    total: z.number().int(),
    /** Only the states that occur. */
    counts: z.partialRecord(JobStatus, z.number().int()),
    firstJobId: z.number().int(),
    lastUpdateTime: Instant,
  })
  .meta({ id: 'GroupSummary' });
export type GroupSummary = z.infer<typeof GroupSummary>;

export const listGroups = route({
  name: 'listGroups',
  summary: 'The newest job groups with their counts',
  method: 'GET',
  path: '/job-groups',
  query: z.strictObject({ limit: z.coerce.number().int().min(1).max(200).optional() }),
  returns: z.object({ groups: z.array(GroupSummary) }).meta({ id: 'GroupList' }),
  errors: ['BadRequest'],
});

// ---- one job

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

export const WaitCause = z
  .object({
    /** For programs, such as `NO_PILOT`, `BANNED_SITE`, `TURN`. */
    code: z.string(),
    text: z.string(),
    /** How many of the resources asked said this. */
    resources: z.number().int(),
  })
  .meta({ id: 'WaitCause' });

export const Why = z
  .object({
    jobId: z.number().int(),
    status: JobStatus,
    since: Instant,
    /** One sentence. */
    headline: z.string(),
    causes: z.array(WaitCause),
    next: z.string().nullable(),
    /** Jobs of the same queue that come before this one. */
    ahead: z.number().int().nullable(),
  })
  .meta({ id: 'Why' });
export type Why = z.infer<typeof Why>;

export const whyJob = route({
  name: 'whyJob',
  summary: 'Why a job waits, in the words of the function that matches; or how it ended',
  method: 'GET',
  path: '/jobs/:jobId/why',
  params: JobPath,
  returns: Why,
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

// ---- acts on jobs

/** Which jobs: ids, or all that conditions hold for (never both). */
export const Selection = z
  .strictObject({ jobIds: z.array(JobId).min(1).max(100_000).optional(), where: Where.min(1).optional() })
  .refine((selection) => (selection.jobIds === undefined) !== (selection.where === undefined), 'must have either "jobIds" or "where"')
  .meta({ id: 'Selection' });
export type Selection = z.infer<typeof Selection>;

export const ActResult = z
  .object({
    successful: z.array(z.number().int()),
    failed: z.array(z.object({ jobId: z.number().int(), code: z.string(), detail: z.string() })),
  })
  .meta({ id: 'ActResult' });
export type ActResult = z.infer<typeof ActResult>;

const act = { method: 'POST', body: Selection, returns: ActResult, errors: ['BadRequest', 'NotAllowed'] } as const;

export const killJobs = route({
  ...act,
  name: 'killJobs',
  path: '/jobs/kill',
  summary: 'Kill jobs that are not final; a running payload gets SIGTERM, later SIGKILL',
});
export const rescheduleJobs = route({
  ...act,
  name: 'rescheduleJobs',
  path: '/jobs/reschedule',
  summary: 'Put jobs back into the queue as a new attempt',
});
export const deleteJobs = route({
  ...act,
  name: 'deleteJobs',
  path: '/jobs/delete',
  summary: 'Delete jobs; those that may still run are refused',
});
