import type { JobInfo } from './types';

/** DIRAC's way to write a time: `2026-11-22 10:00:00`. */
export function dateOf(instant: string | null): string {
  return instant === null ? 'None' : instant.slice(0, 19).replace('T', ' ');
}

/** A job's attributes under DIRAC's names, all as texts. */
export function attributesOf(job: JobInfo): Record<string, string> {
  return {
    JobID: String(job.jobId),
    JobName: job.jobName,
    JobGroup: job.jobGroup,
    JobType: job.jobType,
    Owner: job.owner,
    OwnerGroup: job.ownerGroup,
    VO: job.vo,
    Site: job.site,
    Status: job.status,
    MinorStatus: job.minorStatus,
    ApplicationStatus: job.applicationStatus,
    UserPriority: String(job.priority),
    RescheduleCounter: String(job.rescheduleCounter),
    SubmissionTime: dateOf(job.submissionTime),
    LastUpdateTime: dateOf(job.lastUpdateTime),
    StartExecTime: dateOf(job.startExecTime),
    EndExecTime: dateOf(job.endExecTime),
    HeartBeatTime: dateOf(job.heartBeatTime),
  };
}
