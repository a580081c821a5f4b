import { deleteJobs, getJob, getJobJdl, getJobLog, killJobs, rescheduleJobs, type ActResult, type Client } from '@diraclab/contract';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { showJobCard } from './cards';
import { attributesOf, dateOf } from './dirac-attributes';
import type { Job, Result } from './dirac-job';
import { wholeText } from './job-output';
import { downloadAll } from './output-files';
import { allPages } from './search';
import { defaultSession } from './session';
import { submit } from './submit';
import type { JobInfo } from './types';

export type SubmitResult = { OK: true; Value: number; JobID: number } | { OK: false; Message: string; Errno: number };
type Ids = number | string | readonly (number | string)[];

/** DIRAC's numbers for its error kinds, for scripts that look at them. */
const errnoOf: Record<string, number> = {
  BadRequest: 1501,
  NeverFits: 1502,
  NotFound: 1504,
  IllegalTransition: 1505,
  NotAllowed: 13,
  NotSignedIn: 1111,
};
const errnoOfRest = 1500;

/** DIRAC's client: every call answers `{OK, Value}` or `{OK: false, Message, Errno}` and never throws. */
export class Dirac {
  async submitJob(job: Job): Promise<SubmitResult> {
    const result = await this.#answer(async (call) => {
      const { jobIds } = await submit(call, job.toSpec());
      await showJobCard(defaultSession(), jobIds[0] as number);
      return jobIds[0] as number;
    });
    return result.OK ? { ...result, JobID: result.Value } : result;
  }

  /** By job id: Status, MinorStatus, ApplicationStatus and Site. */
  getJobStatus(jobIDs: Ids): Promise<Result<Record<number, Record<'Status' | 'MinorStatus' | 'ApplicationStatus' | 'Site', string>>>> {
    return this.#perJob(jobIDs, ({ status, minorStatus, applicationStatus, site }) => ({
      Status: status,
      MinorStatus: minorStatus,
      ApplicationStatus: applicationStatus,
      Site: site,
    }));
  }

  /** By job id: what a table of jobs shows. */
  getJobSummary(jobIDs: Ids): Promise<Result<Record<number, Record<string, string>>>> {
    return this.#perJob(jobIDs, (job) => {
      const { Status, MinorStatus, ApplicationStatus, Site, JobGroup, JobName, LastUpdateTime, SubmissionTime } = attributesOf(job);
      return { Status, MinorStatus, ApplicationStatus, Site, JobGroup, JobName, LastUpdateTime, SubmissionTime } as Record<string, string>;
    });
  }

  /** One job's attributes under DIRAC's names, all as texts. */
  getJobAttributes(jobID: number | string): Promise<Result<Record<string, string>>> {
    return this.#answer(async (call) => attributesOf(await call(getJob, { params: { jobId: toId(jobID) } })));
  }

  /** Rows of Status, MinorStatus, ApplicationStatus, time and source, oldest first. */
  getJobLoggingInfo(jobID: number | string): Promise<Result<[string, string, string, string, string][]>> {
    return this.#answer(async (call) => {
      const { entries } = await call(getJobLog, { params: { jobId: toId(jobID) } });
      return entries.map((entry) => [entry.status, entry.minorStatus, entry.applicationStatus, dateOf(entry.time), entry.source]);
    });
  }

  /** What the job was asked to do, as DIRAC's JDL. */
  getJobJDL(jobID: number | string): Promise<Result<string>> {
    return this.#answer(async (call) => (await call(getJobJdl, { params: { jobId: toId(jobID) } })).jdl);
  }

  /** Standard output so far. */
  peekJob(jobID: number | string): Promise<Result<string>> {
    return this.#answer(() => wholeText(defaultSession(), toId(jobID), 'stdout'));
  }

  /** Writes the output sandbox into a new folder named after the job, and gives its path. */
  getOutputSandbox(jobID: number | string, outputDir = '.'): Promise<Result<string>> {
    return this.#answer(async () => {
      const id = toId(jobID);
      const target = join(outputDir, String(id));
      const partial = `${target}.part`;
      await mkdir(outputDir, { recursive: true });
      // Made now, so that an output fetched before is found before anything is fetched.
      await mkdir(target).catch((cause: NodeJS.ErrnoException) => {
        throw cause.code === 'EEXIST' ? new Error(`Job output directory ${target} already exists`, { cause }) : cause;
      });
      try {
        await downloadAll(defaultSession(), id, partial);
        await rename(partial, target);
      } catch (error) {
        await Promise.all([partial, target].map((directory) => rm(directory, { recursive: true, force: true })));
        throw error;
      }
      return target;
    });
  }

  killJob(jobIDs: Ids): Promise<Result<number[]>> {
    return this.#act(killJobs, jobIDs);
  }
  deleteJob(jobIDs: Ids): Promise<Result<number[]>> {
    return this.#act(deleteJobs, jobIDs);
  }
  rescheduleJob(jobIDs: Ids): Promise<Result<number[]>> {
    return this.#act(rescheduleJobs, jobIDs);
  }

  #act(route: typeof killJobs | typeof rescheduleJobs | typeof deleteJobs, jobIDs: Ids): Promise<Result<number[]>> {
    return this.#answer(async (call) => {
      const { successful, failed }: ActResult = await call(route as typeof killJobs, { body: { jobIds: toIds(jobIDs) } });
      const [first] = failed;
      if (first === undefined) return successful;
      const others = failed.length === 1 ? '' : ` (and ${failed.length - 1} more jobs)`;
      throw Object.assign(new Error(`Job ${first.jobId}: ${first.detail}${others}`), { code: first.code });
    });
  }

  #perJob<T>(jobIDs: Ids, show: (job: JobInfo) => T): Promise<Result<Record<number, T>>> {
    return this.#answer(async () => {
      const ids = toIds(jobIDs);
      const rows = await allPages(defaultSession(), { where: [{ field: 'jobId', operator: 'in', values: ids }] });
      const known = new Set(rows.map(({ jobId }) => jobId));
      const missing = ids.filter((id) => !known.has(id));
      if (missing.length > 0) throw Object.assign(new Error(`No job of yours has the id ${missing.join(', ')}`), { code: 'NotFound' });
      return Object.fromEntries(rows.map((job) => [job.jobId, show(job)]));
    });
  }

  async #answer<T>(act: (call: Client) => Promise<T>): Promise<Result<T>> {
    try {
      return { OK: true, Value: await act(await defaultSession().client()) };
    } catch (error) {
      const { message, code } = error as Error & { code?: string };
      return { OK: false, Message: message, Errno: errnoOf[code ?? ''] ?? errnoOfRest };
    }
  }
}

function toIds(jobIDs: Ids): number[] {
  return [jobIDs].flat().map(toId);
}

function toId(jobID: number | string): number {
  const id = Number(jobID);
  if (!Number.isSafeInteger(id) || id <= 0) throw Object.assign(new TypeError(`"${jobID}" is not a job id`), { code: 'BadRequest' });
  return id;
}
