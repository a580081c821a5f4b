/**
 * What a notebook sees. Plain interfaces on purpose: the kernel checks cells with TypeScript 5.0.4 and Node10 resolution, so nothing
 * reachable from here may import the contract (zod) or use newer syntax. `types.test.ts` holds them equal to the contract's.
 */

/** `'90s'`, `'10m'`, `'2h'`, `'3d'`. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd'}`;
/** Binary (`'2GiB'`) or decimal (`'500MB'`). */
export type Size = `${number}${'KiB' | 'MiB' | 'GiB' | 'TiB' | 'KB' | 'MB' | 'GB' | 'TB'}`;

/** DIRAC's states. */
export type JobStatus =
  | 'Submitting'
  | 'Received'
  | 'Checking'
  | 'Scouting'
  | 'Staging'
  | 'Waiting'
  | 'Matched'
  | 'Running'
  | 'Stalled'
  | 'Completing'
  | 'Completed'
  | 'Done'
  | 'Failed'
  | 'Killed'
  | 'Deleted'
  | 'Rescheduled';

/** How a job ended, for programs; `minorStatus` says it for people. */
export type EndReason =
  | 'exit'
  | 'signal'
  | 'notFound'
  | 'overCpuTime'
  | 'overWallTime'
  | 'overMemory'
  | 'inputMissing'
  | 'uploadFailed'
  | 'outputTooLarge'
  | 'killed'
  | 'lostPilot'
  | 'diskFull';

export type ParameterValue = string | number | boolean;
export type Parameters = Record<string, ParameterValue>;

/** A job as the server knows it. Times are ISO 8601 in UTC; units stand in the names. */
export interface JobInfo {
  jobId: number;
  jobName: string;
  jobGroup: string;
  jobType: string;
  owner: string;
  ownerGroup: string;
  vo: string;
  /** For whom a robot (a community's portal) submitted it. */
  endUser?: string | undefined;
  /** Where it runs or ran; `ANY` before it is matched. */
  site: string;
  status: JobStatus;
  minorStatus: string;
  applicationStatus: string;
  priority: number;
  cpuTimeS: number;
  submissionTime: string;
  lastUpdateTime: string;
  startExecTime: string | null;
  endExecTime: string | null;
  heartBeatTime: string | null;
  rescheduleCounter: number;
  attempt: number;
  endReason: EndReason | null;
  exitCode: number | null;
  cpuTimeUsedS: number | null;
  wallTimeUsedS: number | null;
  maxRssMB: number | null;
  parameters: Parameters | null;
}

export interface SandboxFile {
  /** Inside the job's directory. */
  path: string;
  /** sha256, hexadecimal. */
  digest: string;
  sizeBytes: number;
  executable?: boolean | undefined;
}

export interface Step {
  executable: string;
  arguments?: string[] | undefined;
  logFile?: string | undefined;
}

/** The full description of a job, as the server takes it. */
export interface JobDescription {
  jobName?: string | undefined;
  jobGroup?: string | undefined;
  jobType?: string | undefined;
  executable?: string | undefined;
  arguments?: string[] | undefined;
  steps?: Step[] | undefined;
  inputSandbox?: SandboxFile[] | undefined;
  outputSandbox?: string[] | undefined;
  stdOutput?: string | undefined;
  stdError?: string | undefined;
  environment?: Record<string, string> | undefined;
  inputData?: string[] | undefined;
  inputDataPolicy?: string | undefined;
  outputData?: string[] | undefined;
  outputSE?: string[] | undefined;
  outputPath?: string | undefined;
  cpuTimeS?: number | undefined;
  wallTimeS?: number | undefined;
  sites?: string[] | undefined;
  bannedSites?: string[] | undefined;
  gridCE?: string | undefined;
  platforms?: string[] | undefined;
  tags?: string[] | undefined;
  numberOfProcessors?: number | undefined;
  minNumberOfProcessors?: number | undefined;
  maxNumberOfProcessors?: number | undefined;
  wholeNode?: boolean | undefined;
  /** The owner's stored X.509 proxy, as a file that X509_USER_PROXY names. */
  proxy?: boolean | undefined;
  minRamMB?: number | undefined;
  maxRamMB?: number | undefined;
  numberOfGpus?: number | undefined;
  gpuRamMB?: number | undefined;
  priority?: number | undefined;
  logLevel?: string | undefined;
  /** Attributes of a JDL that say nothing here; they are kept. */
  otherAttributes?: Record<string, unknown> | undefined;
  retries?: number | undefined;
  retryOn?: number[] | undefined;
}

export interface Attempt {
  attempt: number;
  pilotId: number;
  site: string;
  host: string;
  matchedTime: string;
  endTime: string | null;
  outcome: string | null;
}

export interface JobDetails extends JobInfo {
  description: JobDescription;
  outputs: SandboxFile[];
  attempts: Attempt[];
  /** What its pilot or you noted about the current attempt, such as the node's processor. */
  jobParameters: JobParameter[];
  /** Who asked for its kill. */
  killedBy: string | null;
}

export interface JobParameter {
  name: string;
  value: string;
  time: string;
}

export interface LogEntry {
  status: string;
  minorStatus: string;
  applicationStatus: string;
  time: string;
  source: string;
  attempt: number;
}

/** Who can change it; `turn`: nobody has to. */
export type WhyActor = 'you' | 'community' | 'site' | 'system' | 'turn';

export interface WaitCause {
  code: string;
  text: string;
  actor: WhyActor;
  /** How many of the resources known said this. */
  resources: number;
}

/** How many resources are left after a rule of the matcher; the first step is all there are. */
export interface FunnelStep {
  code: string | null;
  text: string;
  left: number;
}

/** Needs as a description has them; an empty list is no need. */
export interface ChangedNeeds {
  sites?: string[] | undefined;
  bannedSites?: string[] | undefined;
  platforms?: string[] | undefined;
  tags?: string[] | undefined;
  cpuTimeS?: number | undefined;
  numberOfProcessors?: number | undefined;
  minRamMB?: number | undefined;
}

/** The smallest change of one need that makes the job fit more resources. */
export interface NeedChange {
  change: ChangedNeeds;
  text: string;
  fits: number;
}

/** From jobs that started in the last hour; never a promise. */
export interface TypicalWait {
  p50Ms: number;
  p90Ms: number;
  jobs: number;
  of: 'queue' | 'vo';
}

export interface WaitOrder {
  /** Jobs of the same queue that come first; at most 1,000 are counted. */
  ahead: number;
  /** Jobs in other queues that want the same resources. */
  competing: number;
  startedLastHour: number;
  typicalWait: TypicalWait | null;
}

export interface Fits {
  now: number;
  of: number;
}

/** Why a job waits, or how it ended. In a notebook it shows as text. */
export interface Why {
  jobId: number;
  status: JobStatus;
  since: string;
  evaluatedTime: string;
  code: string;
  actor: WhyActor;
  headline: string;
  fits: Fits | null;
  causes: WaitCause[];
  funnel: FunnelStep[];
  changes: NeedChange[];
  order: WaitOrder | null;
  next: string | null;
}

/** Jobs that wait, or have ended, for one reason. */
export interface WhyGroup {
  status: JobStatus;
  code: string;
  actor: WhyActor;
  text: string;
  jobs: number;
  exampleJobId: number;
  fits: Fits | null;
  next: string | null;
}

/** Failed jobs with one signature at one site. */
export interface FailureGroup {
  signature: string;
  site: string;
  endReason: EndReason | null;
  exitCode: number | null;
  jobs: number;
  firstTime: string;
  lastTime: string;
  sampleJobId: number;
  sample: string;
  /** Only this site fails so, while others have jobs that are Done. */
  onlyHere: boolean;
}

/** What a submission would meet. */
export interface Preview {
  jobs: number;
  fits: Fits;
  warnings: string[];
  typicalWait: TypicalWait | null;
}

/** What an act on several jobs did, job by job. */
export interface ActResult {
  successful: number[];
  failed: { jobId: number; code: string; detail: string }[];
}

/** DIRAC's rights of a group, and two of ours (VOManager, EndUserSubmission). */
export type Property =
  | 'NormalUser' | 'JobSharing' | 'JobAdministrator' | 'JobMonitor' | 'AccountingMonitor' | 'GenericPilot' | 'Pilot' | 'Operator'
  | 'ServiceAdministrator' | 'CSAdministrator' | 'SiteManager' | 'UserManager' | 'TrustedHost' | 'FullDelegation' | 'LimitedDelegation'
  | 'PrivateLimitedDelegation' | 'ProxyManagement' | 'ProductionManagement' | 'ProductionSharing' | 'ProductionUser' | 'PPGAuthority'
  | 'BookkeepingManagement' | 'FileCatalogManagement' | 'StageAllowed' | 'VOManager' | 'EndUserSubmission'; // prettier-ignore

export interface WhoAmI {
  owner: string;
  ownerGroup: string;
  vo: string;
  properties: Property[];
  /** Null where nobody signs in: on a laptop. */
  personId: number | null;
  name: string;
  tokenId: string | null;
  tokenExpiresTime: string | null;
  /** What a personal token is narrowed to; null: not narrowed. */
  scopes: ('jobs:read' | 'jobs:write' | 'data:read' | 'data:write')[] | null;
  memberships: {
    vo: string;
    ownerGroup: string;
    properties: Property[];
    isDefault: boolean;
  }[];
  server: {
    version: string;
    mode: 'laptop' | 'service';
    startTime: string;
    maxBulkJobs: number;
    maxSandboxFileBytes: number;
  };
}

// ---- what to run

/**
 * A file for the job: a local path (it lands under its own name, or with its folders when the path is relative and goes down), a local
 * path under another name, or text or bytes made here.
 */
export type Input =
  | string
  | { path: string; as?: string | undefined; executable?: boolean | undefined }
  | { name: string; text: string; executable?: boolean | undefined }
  | { name: string; bytes: Uint8Array; executable?: boolean | undefined };

export interface JobNeeds {
  inputs?: Input[] | undefined;
  /** Names or globs of files to bring back, besides standard output and error, which always come. */
  outputs?: string[] | undefined;
  cpu?: Duration | undefined;
  wall?: Duration | undefined;
  memory?: Size | undefined;
  processors?: number | undefined;
  gpus?: number | undefined;
  /** Of each GPU. */
  gpuMemory?: Size | undefined;
  name?: string | undefined;
  group?: string | undefined;
  type?: string | undefined;
  tags?: string[] | undefined;
  sites?: string[] | undefined;
  bannedSites?: string[] | undefined;
  platforms?: string[] | undefined;
  env?: Record<string, string> | undefined;
  /** 0 (background) to 10; default 1. Orders your own jobs among themselves. */
  priority?: number | undefined;
  /** How often it is tried again by itself when the infrastructure lost it; default 3. */
  retries?: number | undefined;
  /** Exit codes after which it is tried again as well. */
  retryOn?: number[] | undefined;
  /** Submit what, by all that is known, no resource can ever run. */
  force?: boolean | undefined;
  /** Running the same cell again with the same key finds the jobs of the first time instead of submitting more. */
  key?: string | undefined;
}

/** What to run, in one of four ways, and what it needs. */
export interface JobSpec extends JobNeeds {
  /**
   * A command for `/bin/sh -c`; or a list, a program and its arguments, which no shell reads. In a swept job `{name}` is replaced as it
   * stands: in a command the shell then reads what the parameter says (`; rm *`, `$(…)`), in a list it stays one argument whatever it is.
   */
  run?: string | (string | number)[] | undefined;
  /** The text of a script; its first line (`#!`) says what runs it, else `/bin/sh`. */
  script?: string | undefined;
  /** The arguments of the script. */
  arguments?: (string | number)[] | undefined;
  /** A full description; the fields beside it win over those in it, inputs are added to its input sandbox. */
  description?: JobDescription | undefined;
  /** DIRAC's JDL, in either dialect. It says all needs itself; `inputs` and `key` may stand beside it. */
  jdl?: string | undefined;
}

// ---- handles

export interface WaitOptions {
  /** Longest wait: `'10m'`; the job goes on after it. */
  timeout?: Duration | undefined;
  signal?: AbortSignal | undefined;
}

export interface TextOptions extends WaitOptions {
  /** Give what a failed or killed job wrote instead of throwing JobFailed. */
  evenIfFailed?: boolean | undefined;
}

export interface JobOutput {
  /** All of it; waits for the job to end and throws JobFailed unless it is Done. */
  text(options?: TextOptions): Promise<string>;
  /** What there is now, without waiting; of a running job at most the last 256 KiB. */
  peek(): Promise<string>;
  /** Line by line as it comes, from the first line that is kept to the end of the job; works after the job too. */
  follow(options?: WaitOptions): AsyncIterable<string>;
}

export interface OutputFile {
  readonly path: string;
  text(): Promise<string>;
  json<T = unknown>(): Promise<T>;
  bytes(): Promise<Uint8Array>;
  /** Writes it to a local file (or into an existing folder) and gives the path; streamed, and moved into place when it is whole. */
  save(to: string): Promise<string>;
}

/** One submitted job. Not a thenable: awaiting it gives the handle itself. */
export interface JobHandle {
  readonly id: number;
  status(): Promise<JobStatus>;
  details(): Promise<JobDetails>;
  /** What it was asked to do, its parameters filled in: as DIRAC's JDL, as our description, as the cell that submits it again. */
  toJDL(): Promise<string>;
  toJSON(): Promise<JobDescription>;
  toCode(): Promise<string>;
  /** Every change of state, oldest first. */
  log(): Promise<LogEntry[]>;
  why(): Promise<Why>;
  /** Waits until the job is final; throws JobFailed unless it is Done. */
  result(options?: WaitOptions): Promise<JobInfo>;
  readonly stdout: JobOutput;
  readonly stderr: JobOutput;
  outputs(): Promise<SandboxFile[]>;
  /** One file of the output sandbox; its methods wait for nothing. */
  output(path: string): OutputFile;
  /** All files of the output sandbox into a folder (made when missing); gives their paths. */
  download(directory: string): Promise<string[]>;
  kill(): Promise<void>;
  reschedule(): Promise<void>;
  /** Out of the queue, until it is released; only while it waits. */
  hold(): Promise<void>;
  release(): Promise<void>;
  /** Into the bin, where it lies for a week. */
  delete(): Promise<void>;
  /** Out of the bin, as it was. */
  restore(): Promise<void>;
  /** 0 (background) to 10; only while it waits. */
  prioritise(priority: number): Promise<void>;
  /** The job now and at each change, until it is final. */
  changes(options?: WaitOptions): AsyncIterable<JobInfo>;
}

/** The files of one finished job, as `gather` hands them to `parse`. */
export interface JobFiles {
  text(path: string): Promise<string>;
  json<T = unknown>(path: string): Promise<T>;
  bytes(path: string): Promise<Uint8Array>;
  stdout(): Promise<string>;
  stderr(): Promise<string>;
}

export interface GatherOptions<P, V> extends WaitOptions {
  /** Makes a value of a job that is Done; without it, its standard output. */
  parse?: ((files: JobFiles, params: P) => V | Promise<V>) | undefined;
}

export interface Gathered<P, V> {
  ok: { params: P; value: V; job: JobInfo }[];
  /** Jobs that ended otherwise, and those whose output could not be parsed. */
  failed: { params: P; job: JobInfo; error: Error }[];
  /** Not final when the time was up. */
  pending: { params: P; job: JobInfo }[];
}

export type MemberInfo<P> = JobInfo & { params: P };

/** The jobs of one bulk submission. */
export interface JobGroup<P = Parameters> {
  readonly name: string;
  readonly ids: readonly number[];
  readonly size: number;
  counts(): Promise<Partial<Record<JobStatus, number>>>;
  jobs(): Promise<MemberInfo<P>[]>;
  /** The handle of one job, by its place in the parameters. */
  at(index: number): JobHandle;
  /** Each job now and at each change of state, until all are final. */
  changes(options?: WaitOptions & { states?: JobStatus[] | undefined }): AsyncIterable<MemberInfo<P>>;
  /** Waits for all and settles: a failed job never throws, and results keep their parameters. */
  gather(options?: GatherOptions<P, string>): Promise<Gathered<P, string>>;
  gather<V>(options: GatherOptions<P, V> & { parse: (files: JobFiles, params: P) => V | Promise<V> }): Promise<Gathered<P, V>>;
  /** The values in the order of the parameters; throws when any is missing. */
  values(options?: GatherOptions<P, string>): Promise<string[]>;
  values<V>(options: GatherOptions<P, V> & { parse: (files: JobFiles, params: P) => V | Promise<V> }): Promise<V[]>;
  kill(): Promise<ActResult>;
  hold(): Promise<ActResult>;
  release(): Promise<ActResult>;
  delete(): Promise<ActResult>;
  restore(): Promise<ActResult>;
  /** Puts the failed and killed jobs back into the queue. */
  retry(): Promise<ActResult>;
  /** Why its jobs wait or how they ended, grouped by cause; the most jobs first. */
  why(): Promise<WhyGroup[]>;
  /** Its failed jobs grouped by what went wrong and where; the most jobs first. */
  failures(): Promise<FailureGroup[]>;
}

export interface MapOptions {
  /** Name of the group; made up when absent. */
  name?: string | undefined;
  key?: string | undefined;
}

// ---- the door

export type SearchField =
  | 'jobId'
  | 'jobName'
  | 'jobGroup'
  | 'jobType'
  | 'owner'
  | 'ownerGroup'
  | 'vo'
  | 'endUser'
  | 'site'
  | 'status'
  | 'minorStatus'
  | 'applicationStatus'
  | 'priority'
  | 'submissionTime'
  | 'lastUpdateTime'
  | 'startExecTime'
  | 'endExecTime'
  | 'endReason'
  | 'exitCode'
  | 'rescheduleCounter';

/** `age` is the time since the submission (`'2d'`), `param.seed` a parameter of swept jobs. */
export interface Condition {
  field: SearchField | 'age' | `param.${string}`;
  operator: 'eq' | 'neq' | 'lt' | 'lte' | 'gt' | 'gte' | 'like' | 'notLike' | 'in' | 'notIn';
  values: (string | number)[];
}

/** Short names for the usual questions; `where` for the rest. All of them hold together. */
export interface JobsQuery {
  status?: JobStatus | JobStatus[] | undefined;
  group?: string | undefined;
  /** `*` and `?` stand for what they do in a shell. */
  name?: string | undefined;
  site?: string | undefined;
  owner?: string | undefined;
  where?: Condition[] | undefined;
  sort?: { field: SearchField; direction: 'asc' | 'desc' } | undefined;
  /** Rows on a page, 1 to 1,000; default 100. */
  limit?: number | undefined;
}

/** One page; iterating it (`for await`) goes on over all pages. */
export interface JobList extends AsyncIterable<JobInfo> {
  readonly jobs: JobInfo[];
  /** How many there are on all pages. */
  readonly total: number;
  /** Counting took too long, and `total` is reckoned from a sample. */
  readonly approximate?: true | undefined;
  /** The next page; undefined on the last. */
  more(): Promise<JobList | undefined>;
}

export type UsageKey = 'vo' | 'ownerGroup' | 'owner' | 'jobGroup' | 'jobType' | 'site' | 'status' | 'minorStatus';
export type PilotUsageKey = 'vo' | 'site' | 'computingElement' | 'status';
export type JobPlot =
  | 'executedJobs'
  | 'cumulativeExecutedJobs'
  | 'runningJobs'
  | 'cpuTime'
  | 'cumulativeCpuTime'
  | 'wallTime'
  | 'cumulativeWallTime'
  | 'cpuEfficiency'
  | 'inputSandbox'
  | 'outputSandbox';
export type PilotPlot = 'pilots' | 'cumulativePilots' | 'jobs' | 'cumulativeJobs' | 'jobsPerPilot';

interface UsageSpan {
  /** How far back from now, such as `'30d'`; default 7 days. Instead: `from` and `to`, as instants. */
  last?: Duration | undefined;
  from?: string | undefined;
  to?: string | undefined;
  /** Series shown by themselves before the rest is summed as `Others`; default 12. */
  most?: number | undefined;
}
/** Default: CPU time of your jobs by site. */
export type UsageQuery =
  | (UsageSpan & {
      type?: 'Job' | undefined;
      plot?: JobPlot | undefined;
      groupBy?: UsageKey | undefined;
      where?: Partial<Record<UsageKey, string[]>> | undefined;
    })
  | (UsageSpan & {
      type: 'Pilot';
      plot: PilotPlot;
      groupBy: PilotUsageKey;
      where?: Partial<Record<PilotUsageKey, string[]>> | undefined;
    });

export interface UsageReport {
  plot: string;
  unit: 'jobs' | 'pilots' | 's' | 'bytes' | '%' | 'jobs per pilot';
  from: string;
  to: string;
  bucketS: number;
  /** One value a bucket; null where nothing can be said. */
  series: { key: string; values: (number | null)[]; total: number | null }[];
  /** What ended before this is in the report. */
  upTo: string;
}

export interface DiracLab {
  /** Submits one job and gives its handle at once; in a notebook it shows a card. A string runs by `/bin/sh -c`. */
  submit(job: string | JobSpec): Promise<JobHandle>;
  /** One job for each row of parameters, in one call; `{name}` in texts stands for a parameter, `{index}` for the row's number. */
  map<P extends { [K in keyof P]: ParameterValue }>(
    parameters: readonly P[],
    spec: string | JobSpec,
    options?: MapOptions,
  ): Promise<JobGroup<P>>;
  /** The jobs of a JDL with `Parameters`, in one call. */
  map(jdl: { jdl: string; inputs?: Input[] | undefined; key?: string | undefined }): Promise<JobGroup>;
  /** What a job, or a sweep of so many rows, would meet: nothing is uploaded, nothing submitted. */
  preview(job: string | JobSpec, parameters?: readonly Parameters[]): Promise<Preview>;
  /** A text is a query as in the job table and dstat: `jobs('state=Failed site=CYF* age<2d')`. */
  jobs(query?: string | JobsQuery): Promise<JobList>;
  open(group: `group/${string}`): Promise<JobGroup>;
  open(job: number | string): Promise<JobHandle>;
  /** What was used over time, by any key; in a notebook it is drawn below the cell. */
  usage(query?: UsageQuery): Promise<UsageReport>;
  whoami(): Promise<WhoAmI>;
}

/** A refusal of the server. `code` is for programs and never changes its meaning. */
export interface DiracError extends Error {
  readonly code: string;
  readonly next: string | undefined;
  readonly ids: Readonly<Record<string, string | number>>;
}
