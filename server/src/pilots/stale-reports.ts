import type { JobReport } from '@diraclab/contract';
import type { Tx } from '../database/port.ts';
import { insertRows } from '../database/port.ts';

export interface StaleReport {
  report: JobReport;
  pilotId: number;
}

/** Enough to see which pilot ran on and what it says became of the job; a pilot that repeats itself for ever must not fill the disk. */
const mostOfAJob = 20;
const longestBody = 4_000;

/** Kept as evidence that an attempt ran on after it was given up; nothing else comes of it. */
export async function keepStale(tx: Tx, stale: readonly StaleReport[], nowMs: number): Promise<void> {
  if (stale.length === 0) return;
  const jobIds = [...new Set(stale.map(({ report }) => report.jobId))];
  const counts = await tx
    .selectFrom('stale_reports')
    .select((eb) => ['job_id', eb.fn.countAll<number>().as('n')])
    .where('job_id', 'in', jobIds.slice(0, 1000))
    .groupBy('job_id')
    .execute();
  const room = new Map(jobIds.slice(0, 1000).map((jobId) => [jobId, mostOfAJob]));
  for (const { job_id, n } of counts) room.set(job_id, mostOfAJob - Number(n));
  const kept = stale.filter(({ report: { jobId } }) => {
    const left = room.get(jobId) ?? 0;
    room.set(jobId, left - 1);
    return left > 0;
  });
  await insertRows(
    tx,
    'stale_reports',
    ['job_id', 'attempt', 'pilot_id', 'received_ms', 'body'],
    kept.map(({ report: { jobId, attempt, statuses }, pilotId }) => {
      return [jobId, attempt, pilotId, nowMs, JSON.stringify(statuses).slice(0, longestBody)];
    }),
  );
}
