import type { PilotStatus } from '@diraclab/contract';
import { lockNext } from '../database/port.ts';
import type { Database, Tx } from '../database/port.ts';
import { deleteJobRecords, readSandboxBytes, takeJobRecords } from './job-record-store.ts';
import type { JobRecord } from './job-record-store.ts';
import { bucketOf, dayS, hourS, spread, weekS } from './spread.ts';
import { addJobUsage, addPilotUsage, oldestBucket, takeOldJobUsage, takeOldPilotUsage } from './usage-store.ts';

/** Records and pilots a transaction; SQLite's one writer is held for some 20 ms by it. */
const slice = 1_000;
const mostSlices = 50;
/** A pilot's last records are summed before its own is written. */
const pilotRestMs = 120_000;
const finalPilotStatuses: readonly PilotStatus[] = ['Done', 'Failed', 'Deleted', 'Aborted'];

/** How fine is kept how long: DIRAC keeps hours for 8 days and days for half a year; ours are fewer rows, because jobs of a group share them. */
const coarser = [
  { fromS: hourS, toS: dayS, keptS: 35 * dayS },
  { fromS: dayS, toS: weekS, keptS: 550 * dayS },
];

/** Sums what ended into buckets, and old buckets into larger ones. Every pass takes what it sums out of where it was, in one transaction. */
export function createAccountingAgent(database: Database): () => Promise<void> {
  return async () => {
    await repeat(() => database.transaction(sumJobs));
    await repeat(() => database.transaction((tx, nowMs) => sumPilots(tx, nowMs)));
    for (const step of coarser) {
      for (let n = 0; n < mostSlices && (await database.transaction((tx, nowMs) => coarsen(tx, nowMs, step))); n += 1);
    }
  };
}

async function repeat(pass: () => Promise<number>): Promise<void> {
  for (let n = 0; n < mostSlices && (await pass()) === slice; n += 1);
}

async function sumJobs(tx: Tx): Promise<number> {
  const records = await takeJobRecords(tx, slice);
  if (records.length === 0) return 0;
  const bytes = await readSandboxBytes(tx, [...new Set(records.map(({ job_id }) => job_id))]);
  await addJobUsage(
    tx,
    records.flatMap((record) => spread(record, bytes.get(record.job_id) ?? { input: 0, output: 0 })),
  );
  await addToPilots(tx, records);
  await deleteJobRecords(tx, records);
  return records.length;
}

async function addToPilots(tx: Tx, records: readonly JobRecord[]): Promise<void> {
  const counts = new Map<number, number>();
  for (const { pilot_id } of records) counts.set(pilot_id, (counts.get(pilot_id) ?? 0) + 1);
  for (const [pilotId, n] of [...counts].sort(([a], [b]) => a - b)) {
    await tx
      .updateTable('pilots')
      .set((eb) => ({ jobs_run: eb('jobs_run', '+', n) }))
      .where('pilot_id', '=', pilotId)
      .execute();
  }
}

async function sumPilots(tx: Tx, nowMs: number): Promise<number> {
  const pilots = await tx
    .selectFrom('pilots')
    .select(['pilot_id', 'vo', 'site', 'computing_element', 'status', 'jobs_run', 'last_update_ms'])
    .where('accounted', '=', 0)
    .where('status', 'in', finalPilotStatuses)
    .where('last_update_ms', '<', nowMs - pilotRestMs)
    .orderBy('pilot_id')
    .limit(slice)
    .modifyEnd(lockNext(tx))
    .execute();
  if (pilots.length === 0) return 0;
  await addPilotUsage(
    tx,
    pilots.map(({ vo, site, computing_element, status, jobs_run, last_update_ms }) => ({
      vo, site, computing_element, status, bucket_ms: bucketOf(last_update_ms, hourS), bucket_s: hourS, pilots: 1, jobs: jobs_run,
    })), // prettier-ignore
  );
  const ids = pilots.map(({ pilot_id }) => pilot_id);
  await tx.updateTable('pilots').set({ accounted: 1 }).where('pilot_id', 'in', ids).execute();
  return pilots.length;
}

/** The oldest large bucket that is old enough as a whole; false when there is none. */
async function coarsen(tx: Tx, nowMs: number, { fromS, toS, keptS }: (typeof coarser)[number]): Promise<boolean> {
  const beforeMs = bucketOf(nowMs - keptS * 1000, toS);
  const jobs = await oldestBucket(tx, 'job_usage', fromS, beforeMs);
  const pilots = await oldestBucket(tx, 'pilot_usage', fromS, beforeMs);
  const known = [jobs, pilots].filter((ms) => ms !== undefined);
  if (known.length === 0) return false;
  const bucket_ms = bucketOf(Math.min(...known), toS);
  const widen = <Row extends object>(row: Row) => ({ ...row, bucket_ms, bucket_s: toS });
  await addJobUsage(tx, (await takeOldJobUsage(tx, fromS, bucket_ms, bucket_ms + toS * 1000)).map(widen));
  await addPilotUsage(tx, (await takeOldPilotUsage(tx, fromS, bucket_ms, bucket_ms + toS * 1000)).map(widen));
  return true;
}
