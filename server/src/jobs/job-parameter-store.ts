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
 * Notes facts about attempts, in key order so that two transactions cannot wait for each other; a name that is there gets the new value. Of
 * an attempt that has its most, new names are dropped; false then.
 */
export async function noteParameters(tx: Tx, noted: readonly NotedParameters[], nowMs: number): Promise<boolean> {
  const rows = new Map<string, Tables['job_parameters']>();
  let allFit = true;
  for (const { jobId, attempt, parameters } of noted) {
    const known = new Set(await readNames(tx, jobId, attempt));
    for (const [name, value] of Object.entries(parameters)) {
      if (!known.has(name) && known.size >= mostJobParameters) {
        allFit = false;
        continue;
      }
      known.add(name);
      rows.set(JSON.stringify([jobId, attempt, name]), { job_id: jobId, attempt, name, value, time_ms: nowMs });
    }
  }
  await write(tx, [...rows.values()]);
  return allFit;
}

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

async function readNames(db: Db, jobId: number, attempt: number): Promise<string[]> {
  const rows = await db.selectFrom('job_parameters').select('name').where('job_id', '=', jobId).where('attempt', '=', attempt).execute();
  return rows.map(({ name }) => name);
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
