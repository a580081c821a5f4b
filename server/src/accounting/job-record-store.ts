import type { Tx } from '../database/port.ts';
import { insertRows, lockNext } from '../database/port.ts';
import type { JobRecordsTable } from '../database/tables.ts';
import type { Selectable } from 'kysely';

export type JobRecord = Selectable<JobRecordsTable>;

/** What a rule knows of an attempt that ended; a part of jobs' JobDraft. */
interface EndedAttempt {
  row: Pick<JobRecord, 'job_id' | 'vo' | 'owner_group' | 'owner' | 'job_group' | 'job_type'>;
  closedAttempt:
    | {
        pilotId: number;
        site: string;
        status: string;
        minorStatus: string;
        startMs: number | null;
        cpuTimeS: number;
        wallTimeS: number | null;
      }
    | undefined;
}

const columns = [
  'job_id', 'pilot_id', 'vo', 'owner_group', 'owner', 'job_group', 'job_type', 'site', 'status', 'minor_status', 'start_ms', 'end_ms',
  'cpu_time_s', 'wall_time_s',
] as const; // prettier-ignore

/** One row for every attempt that ends in this transaction: appended, so that no report waits for another's. */
export async function insertJobRecords(tx: Tx, drafts: readonly EndedAttempt[], nowMs: number): Promise<void> {
  await insertRows(
    tx,
    'job_records',
    columns,
    drafts.flatMap(({ row, closedAttempt }) => {
      if (closedAttempt === undefined) return [];
      const { pilotId, site, status, minorStatus, startMs, cpuTimeS, wallTimeS } = closedAttempt;
      // A start after the end is a clock that was set back; the record then has a length of zero.
      const start = Math.min(startMs ?? nowMs, nowMs);
      const wall = wallTimeS ?? (nowMs - start) / 1000;
      return [
        [
          row.job_id, pilotId, row.vo, row.owner_group, row.owner, row.job_group, row.job_type, site, status, minorStatus, start, nowMs,
          cpuTimeS, wall,
        ],
      ]; // prettier-ignore
    }),
  );
}

/** The oldest records that nobody else is summing. */
export function takeJobRecords(tx: Tx, most: number): Promise<JobRecord[]> {
  return tx.selectFrom('job_records').selectAll().orderBy('record_id').limit(most).modifyEnd(lockNext(tx)).execute();
}

export async function deleteJobRecords(tx: Tx, records: readonly JobRecord[]): Promise<void> {
  const ids = records.map(({ record_id }) => record_id);
  await tx.deleteFrom('job_records').where('record_id', 'in', ids).execute();
}

/** Bytes of the input and output sandboxes of jobs that are still there. */
export async function readSandboxBytes(tx: Tx, jobIds: readonly number[]): Promise<Map<number, { input: number; output: number }>> {
  const outputs = await tx
    .selectFrom('job_outputs')
    .select(({ fn }) => ['job_id', fn.sum<number>('size_bytes').as('bytes')])
    .where('job_id', 'in', jobIds)
    .groupBy('job_id')
    .execute();
  const inputs = await tx
    .selectFrom('jobs')
    .innerJoin('description_files', 'description_files.description_id', 'jobs.description_id')
    .innerJoin('sandbox_files', 'sandbox_files.digest', 'description_files.digest')
    .select(({ fn }) => ['jobs.job_id', fn.sum<number>('sandbox_files.size_bytes').as('bytes')])
    .where('jobs.job_id', 'in', jobIds)
    .groupBy('jobs.job_id')
    .execute();
  const bytes = new Map(jobIds.map((jobId) => [jobId, { input: 0, output: 0 }]));
  for (const { job_id, bytes: sum } of outputs) (bytes.get(job_id) ?? { output: 0 }).output = Number(sum);
  for (const { job_id, bytes: sum } of inputs) (bytes.get(job_id) ?? { input: 0 }).input = Number(sum);
  return bytes;
}
