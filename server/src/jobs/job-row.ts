import type { Job } from '@diraclab/contract';
import type { Selectable } from 'kysely';
import { instant } from '../database/instant.ts';
import type { JobsTable } from '../database/tables.ts';

export type JobRow = Selectable<JobsTable>;

export { instant };
const instantOrNull = (ms: number | null): string | null => (ms === null ? null : instant(ms));

/** A row in the contract's words. */
export function toJob(row: JobRow): Job {
  return {
    jobId: row.job_id,
    jobName: row.job_name,
    jobGroup: row.job_group,
    jobType: row.job_type,
    owner: row.owner,
    ownerGroup: row.owner_group,
    vo: row.vo,
    ...(row.end_user === '' ? {} : { endUser: row.end_user }),
    site: row.site,
    status: row.status,
    minorStatus: row.minor_status,
    applicationStatus: row.application_status,
    priority: row.priority,
    cpuTimeS: row.cpu_time_s,
    submissionTime: instant(row.submission_ms),
    lastUpdateTime: instant(row.last_update_ms),
    startExecTime: instantOrNull(row.start_exec_ms),
    endExecTime: instantOrNull(row.end_exec_ms),
    heartBeatTime: instantOrNull(row.heart_beat_ms),
    rescheduleCounter: row.reschedule_counter,
    attempt: row.attempt,
    endReason: row.end_reason,
    exitCode: row.exit_code,
    cpuTimeUsedS: row.cpu_time_used_s,
    wallTimeUsedS: row.wall_time_used_s,
    maxRssMB: row.max_rss_mb,
    parameters: row.parameters === null ? null : (JSON.parse(row.parameters) as Job['parameters']),
  };
}
