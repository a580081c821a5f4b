import type { JobRecord } from './job-record-store.ts';
import type { JobUsageTable } from '../database/tables.ts';

export const hourS = 3_600;
export const dayS = 86_400;
export const weekS = 604_800;

export const bucketOf = (ms: number, bucketS: number): number => Math.floor(ms / (bucketS * 1000)) * bucketS * 1000;

/** A payload may last 115 days (the longest wall time); what claims more is a clock's fault and lies in the last of them. */
const mostBuckets = 2_800;

/** A record's share of each hour: times by how long it was in it, the end's counts in the last. The shares add up to the record. */
export function spread(record: JobRecord, bytes: { input: number; output: number }): JobUsageTable[] {
  const last = bucketOf(record.end_ms, hourS);
  const first = Math.max(bucketOf(record.start_ms, hourS), last - (mostBuckets - 1) * hourS * 1000);
  const start = Math.max(record.start_ms, first);
  const lengthMs = record.end_ms - start;
  const { vo, owner_group, owner, job_group, job_type, site, status, minor_status } = record;
  const rows: JobUsageTable[] = [];
  for (let bucket = first; bucket <= last; bucket += hourS * 1000) {
    const isLast = bucket === last;
    const insideMs = Math.min(record.end_ms, bucket + hourS * 1000) - Math.max(start, bucket);
    const share = lengthMs === 0 ? (isLast ? 1 : 0) : insideMs / lengthMs;
    rows.push({
      vo, owner_group, owner, job_group, job_type, site, status, minor_status,
      bucket_ms: bucket, bucket_s: hourS,
      jobs: isLast ? 1 : 0,
      cpu_time_s: record.cpu_time_s * share,
      wall_time_s: record.wall_time_s * share,
      input_sandbox_bytes: isLast ? bytes.input : 0,
      output_sandbox_bytes: isLast ? bytes.output : 0,
    }); // prettier-ignore
  }
  return rows;
}
