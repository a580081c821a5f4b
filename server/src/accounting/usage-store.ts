import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';
import type { JobUsageTable, PilotUsageTable } from '../database/tables.ts';

const jobKeys = ['vo', 'bucket_ms', 'bucket_s', 'owner_group', 'owner', 'job_group', 'job_type', 'site', 'status', 'minor_status'] as const;
const jobSums = ['jobs', 'cpu_time_s', 'wall_time_s', 'input_sandbox_bytes', 'output_sandbox_bytes'] as const;
const pilotKeys = ['vo', 'bucket_ms', 'bucket_s', 'site', 'computing_element', 'status'] as const;
const pilotSums = ['pilots', 'jobs'] as const;

/** 15 values each, of the 32,766 that a statement may bind. */
const rowsAStatement = 1_000;

/** Adds to the buckets, each touched once and in key order, so that two agents cannot deadlock. */
export async function addJobUsage(tx: Tx, rows: readonly JobUsageTable[]): Promise<void> {
  for (const slice of slices(summed(rows, jobKeys, jobSums))) {
    await tx
      .insertInto('job_usage')
      .values(slice)
      .onConflict((c) =>
        c.columns([...jobKeys]).doUpdateSet((eb) => ({
          jobs: eb('job_usage.jobs', '+', eb.ref('excluded.jobs')),
          cpu_time_s: eb('job_usage.cpu_time_s', '+', eb.ref('excluded.cpu_time_s')),
          wall_time_s: eb('job_usage.wall_time_s', '+', eb.ref('excluded.wall_time_s')),
          input_sandbox_bytes: eb('job_usage.input_sandbox_bytes', '+', eb.ref('excluded.input_sandbox_bytes')),
          output_sandbox_bytes: eb('job_usage.output_sandbox_bytes', '+', eb.ref('excluded.output_sandbox_bytes')),
        })),
      )
      .execute();
  }
}

export async function addPilotUsage(tx: Tx, rows: readonly PilotUsageTable[]): Promise<void> {
  for (const slice of slices(summed(rows, pilotKeys, pilotSums))) {
    await tx
      .insertInto('pilot_usage')
      .values(slice)
      .onConflict((c) =>
        c.columns([...pilotKeys]).doUpdateSet((eb) => ({
          pilots: eb('pilot_usage.pilots', '+', eb.ref('excluded.pilots')),
          jobs: eb('pilot_usage.jobs', '+', eb.ref('excluded.jobs')),
        })),
      )
      .execute();
  }
}

/** Rows of one bucket size that began before a time, taken out of their table: they come back as larger buckets. */
export async function takeOldJobUsage(tx: Tx, bucketS: number, fromMs: number, toMs: number): Promise<JobUsageTable[]> {
  const { rows } = await sql<JobUsageTable>`
    delete from job_usage where bucket_s = ${bucketS} and bucket_ms >= ${fromMs} and bucket_ms < ${toMs} returning *`.execute(tx);
  return rows;
}

export async function takeOldPilotUsage(tx: Tx, bucketS: number, fromMs: number, toMs: number): Promise<PilotUsageTable[]> {
  const { rows } = await sql<PilotUsageTable>`
    delete from pilot_usage where bucket_s = ${bucketS} and bucket_ms >= ${fromMs} and bucket_ms < ${toMs} returning *`.execute(tx);
  return rows;
}

/** The oldest bucket of a size that began before a time. */
export async function oldestBucket(
  tx: Tx,
  table: 'job_usage' | 'pilot_usage',
  bucketS: number,
  beforeMs: number,
): Promise<number | undefined> {
  const row = await tx
    .selectFrom(table)
    .select('bucket_ms')
    .where('bucket_s', '=', bucketS)
    .where('bucket_ms', '<', beforeMs)
    .orderBy('bucket_ms')
    .limit(1)
    .executeTakeFirst();
  return row?.bucket_ms;
}

function summed<Row extends object>(rows: readonly Row[], keys: readonly (keyof Row)[], sums: readonly (keyof Row)[]): Row[] {
  const byKey = new Map<string, Row>();
  for (const row of rows) {
    const key = JSON.stringify(keys.map((name) => row[name]));
    const found = byKey.get(key);
    if (found === undefined) byKey.set(key, { ...row });
    else for (const name of sums) (found as Record<keyof Row, number>)[name] += Number(row[name]);
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

function slices<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / rowsAStatement) }, (_, i) =>
    rows.slice(i * rowsAStatement, (i + 1) * rowsAStatement),
  );
}
