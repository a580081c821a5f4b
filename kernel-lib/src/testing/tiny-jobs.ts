import {
  ContractError,
  isFinal,
  type Condition,
  type Job,
  type JobDescription,
  type LogEntry,
  type Parameters,
  type Submission,
} from '@diraclab/contract';

export interface TinyJob {
  row: Job;
  description: JobDescription;
  written: { stdout: string; stderr: string };
  files: Map<string, Buffer>;
  log: LogEntry[];
}

/** Jobs that run nothing: the test says what happens to them. Enough of the rules for a client to meet all its answers. */
export function createTinyJobs(onChange: (job: TinyJob) => void) {
  const jobs = new Map<number, TinyJob>();
  const byKey = new Map<string, number[]>();
  let lastId = 100;
  // Ever later, so that the order of changes can be seen in the times.
  let clockMs = Date.UTC(2026, 10, 22, 10);
  const now = () => new Date((clockMs += 1000)).toISOString();

  function change(jobId: number, changed: Partial<Job>): void {
    const job = get(jobId);
    job.row = { ...job.row, ...changed, lastUpdateTime: now() };
    const { status, minorStatus, applicationStatus, lastUpdateTime: time, attempt } = job.row;
    job.log.push({ status, minorStatus, applicationStatus, time, source: 'TinyServer', attempt });
    onChange(job);
  }

  function get(jobId: number): TinyJob {
    const job = jobs.get(jobId);
    if (job === undefined) throw new ContractError('NotFound', `There is no job ${jobId} of yours.`, { ids: { jobId } });
    return job;
  }

  function make(description: JobDescription, jobGroup: string, parameters: Parameters | null): number {
    lastId += 1;
    const time = now();
    const row: Job = {
      jobId: lastId, jobName: description.jobName ?? '', jobGroup, jobType: 'User', owner: 'alice', ownerGroup: 'users', vo: 'laptop', site: 'ANY',
      status: 'Waiting', minorStatus: 'Job accepted', applicationStatus: '', priority: 1, cpuTimeS: description.cpuTimeS ?? 86_400,
      submissionTime: time, lastUpdateTime: time, startExecTime: null, endExecTime: null, heartBeatTime: null, rescheduleCounter: 0, attempt: 0,
      endReason: null, exitCode: null, cpuTimeUsedS: null, wallTimeUsedS: null, maxRssMB: null, parameters,
    }; // prettier-ignore
    jobs.set(lastId, { row, description, written: { stdout: '', stderr: '' }, files: new Map(), log: [] });
    return lastId;
  }

  return {
    get,
    change,
    all: () => [...jobs.values()],
    has: (jobId: number) => jobs.has(jobId),

    submit({ description, parameters, idempotencyKey, dryRun = false }: Submission) {
      const jobGroup = description.jobGroup ?? '';
      const fitting = { fits: { now: 1, of: 1 }, warnings: [] };
      if (dryRun)
        return { jobIds: [], jobGroup, repeated: false, ...fitting, dryRun: { jobs: parameters?.length ?? 1, typicalWait: null } };
      const known = idempotencyKey === undefined ? undefined : byKey.get(idempotencyKey);
      if (known !== undefined) return { jobIds: known, jobGroup, repeated: true, ...fitting };
      const jobIds = (parameters ?? [null]).map((row) => make(description, jobGroup, row));
      if (idempotencyKey !== undefined) byKey.set(idempotencyKey, jobIds);
      return { jobIds, jobGroup, repeated: false, ...fitting };
    },

    /** The job writes; what it wrote can be read and followed at once. */
    write(jobId: number, text: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
      const job = get(jobId);
      job.written[stream] += text;
      onChange(job);
    },

    run: (jobId: number) =>
      change(jobId, {
        status: 'Running',
        minorStatus: 'Application',
        site: 'LOCAL.here',
        attempt: get(jobId).row.attempt + 1,
        startExecTime: now(),
      }),

    end(jobId: number, exitCode = 0, files: Record<string, string> = {}): void {
      const job = get(jobId);
      const all = { 'std.out': job.written.stdout, 'std.err': job.written.stderr, ...files };
      for (const [path, text] of Object.entries(all)) job.files.set(path, Buffer.from(text));
      const ok = exitCode === 0;
      change(jobId, {
        status: ok ? 'Done' : 'Failed',
        minorStatus: ok ? 'Execution Complete' : 'Application Finished With Errors',
        exitCode,
        endReason: ok ? null : 'exit',
        endExecTime: now(),
      });
    },

    kill(jobId: number): void {
      if (isFinal(get(jobId).row.status))
        throw new ContractError('IllegalTransition', `Job ${jobId} is ${get(jobId).row.status}: it cannot be killed.`);
      change(jobId, { status: 'Killed', minorStatus: 'Marked for termination', endReason: 'killed' });
    },

    reschedule(jobId: number): void {
      const job = get(jobId);
      job.written = { stdout: '', stderr: '' };
      change(jobId, { status: 'Waiting', minorStatus: 'Job Rescheduled', exitCode: null, endReason: null, endExecTime: null });
    },

    delete(jobId: number): void {
      get(jobId);
      change(jobId, { status: 'Deleted' });
    },
  };
}

export type TinyJobs = ReturnType<typeof createTinyJobs>;

/** The few operators that the library itself asks with. */
export function holds(row: Job, { field, operator, values }: Condition): boolean {
  const value = (field.startsWith('param.') ? String(row.parameters?.[field.slice('param.'.length)]) : row[field as 'status']) as
    string | number;
  const [first] = values;
  if (operator === 'eq') return value === first;
  if (operator === 'gte') return first !== undefined && value >= first;
  if (operator === 'lte') return first !== undefined && value <= first;
  if (operator === 'in') return values.includes(value);
  if (operator === 'notIn') return !values.includes(value);
  if (operator === 'like')
    return values.some((pattern) =>
      new RegExp(
        `^${String(pattern)
          .replace(/[.+^${}()|[\]\\]/g, '\\$&')
          .replaceAll('*', '.*')
          .replaceAll('?', '.')}$`,
        'i',
      ).test(String(value)),
    );
  throw new Error(`The tiny server has no operator ${operator}.`);
}
