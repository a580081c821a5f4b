import { mostJobParameters } from '@diraclab/contract';
import type { JobParameter, NewJobParameters } from '@diraclab/contract';
import type { Db, Tx } from '../database/port.ts';
import type { Tables } from '../database/tables.ts';
import { instant } from './job-row.ts';

export interface NotedParameters {
  jobId: number;
  attempt: number;
  parameters: NewJobParameters;
}

/**
 * Notes facts about attempts; a name that is there gets the new value. Of a job that has its most, new names are dropped; false then.
 */
export async function noteParameters(tx: Tx, noted: readonly NotedParameters[], nowMs: number): Promise<boolean> {
  if (noted.length === 0) return true;
  const rows = new Map<string, Tables['job_parameters']>();
  const names = await readNames(tx, [...new Set(noted.map(({ jobId }) => jobId))]);
  let allFit = true;
  for (const { jobId, attempt, parameters } of noted) {
    const known = names.get(jobId) ?? new Set();
    names.set(jobId, known);
    for (const [name, value] of Object.entries(parameters)) {
      const key = JSON.stringify([jobId, attempt, name]);
      const fits = known.has(key) || known.size < mostJobParameters;
      if (fits) {
        known.add(key);
        rows.set(key, { job_id: jobId, attempt, name, value, time_ms: nowMs });
      }
      allFit &&= fits;
    }
  }
  await write(tx, [...rows.values()]);
  return allFit;
}

/** In key order, so that two transactions cannot wait for each other. */
async function write(tx: Tx, unsorted: readonly Tables['job_parameters'][]): Promise<void> {
  const rows = unsorted.toSorted((a, b) => a.job_id - b.job_id || a.attempt - b.attempt || (a.name < b.name ? -1 : 1));
  // Five values a row, of the 32,766 that a statement may bind.
  for (let at = 0; at < rows.length; at += 1000) {
    await tx
      .insertInto('job_parameters')
      .values(rows.slice(at, at + 1000))
      .onConflict((c) =>
        c
          .columns(['job_id', 'attempt', 'name'])
          .doUpdateSet((eb) => ({ value: eb.ref('excluded.value'), time_ms: eb.ref('excluded.time_ms') })),
      )
      .execute();
  }
}

/** The keys that each of these jobs has, of all its attempts. */
async function readNames(db: Db, jobIds: readonly number[]): Promise<Map<number, Set<string>>> {
  const names = new Map<number, Set<string>>();
  for (let at = 0; at < jobIds.length; at += 1000) {
    const rows = await db
      .selectFrom('job_parameters')
      .select(['job_id', 'attempt', 'name'])
      .where('job_id', 'in', jobIds.slice(at, at + 1000))
      .execute();
    for (const { job_id, attempt, name } of rows) {
      const known = names.get(job_id) ?? new Set();
      names.set(job_id, known.add(JSON.stringify([job_id, attempt, name])));
    }
  }
  return names;
}

export async function readParameters(db: Db, jobId: number, attempt: number): Promise<JobParameter[]> {
  const rows = await db
    .selectFrom('job_parameters')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('attempt', '=', attempt)
    .orderBy('name')
    .execute();
  return rows.map(({ name, value, time_ms }) => ({ name, value, time: instant(time_ms) }));
}
