import { ContractError } from '@diraclab/contract';
import type { Attempt, JobDescription, LogEntry, SandboxFile } from '@diraclab/contract';
import { sql } from 'kysely';
import type { Db, Tx } from '../database/port.ts';
import { kindOf, lockRows } from '../database/port.ts';
import type { Tables } from '../database/tables.ts';
import type { Caller } from '../identity/caller.ts';
import { reachOf } from '../identity/policies.ts';
import { instant } from './job-row.ts';
import type { JobRow } from './job-row.ts';

/** Ids for n new rows, ascending; gaps may come between, never repetition. */
export async function reserveIds(tx: Tx, table: 'jobs' | 'descriptions', column: string, n: number): Promise<number[]> {
  if (kindOf<Tables>(tx) === 'postgres') {
    const { rows } = await sql<{
      id: number;
    }>`select nextval(pg_get_serial_sequence(${table}, ${column})) as id from generate_series(1, ${n}::int)`.execute(tx);
    return rows.map(({ id }) => Number(id));
  }
  // One writer at a time: the sequence cannot move under us, and inserting explicit ids moves it.
  const { rows } = await sql<{ seq: number }>`select seq from sqlite_sequence where name = ${table}`.execute(tx);
  const last = rows[0]?.seq ?? 0;
  return Array.from({ length: n }, (_, i) => last + 1 + i);
}

/** May this caller know of the job at all? Absent and forbidden answer alike. */
export function maySee(caller: Caller, job: Pick<JobRow, 'vo' | 'owner_group' | 'owner' | 'pilot_id'>): boolean {
  // A pilot that serves every VO sees what it was given.
  if (caller.kind === 'pilot') return job.pilot_id === caller.pilotId;
  if (caller.vo !== job.vo) return false;
  const reach = reachOf(caller);
  if (reach === 'vo') return true;
  return caller.ownerGroup === job.owner_group && (reach === 'group' || caller.owner === job.owner);
}

export const noSuchJob = (jobId: number): ContractError =>
  new ContractError('NotFound', `There is no job ${jobId}.`, { next: 'dstat -a -S all lists your jobs.', ids: { jobId } });

export async function findJob(db: Db, jobId: number): Promise<JobRow | undefined> {
  return db.selectFrom('jobs').selectAll().where('job_id', '=', jobId).executeTakeFirst();
}

/** The job, or the same answer whether it is absent or another's. */
export async function readJob(db: Db, jobId: number, caller: Caller): Promise<JobRow> {
  const job = await findJob(db, jobId);
  if (job === undefined || !maySee(caller, job)) throw noSuchJob(jobId);
  return job;
}

export async function readJobs(db: Db, jobIds: readonly number[]): Promise<JobRow[]> {
  if (jobIds.length === 0) return [];
  return db
    .selectFrom('jobs')
    .selectAll()
    .where('job_id', 'in', [...jobIds])
    .orderBy('job_id')
    .execute();
}

/** Locks the rows in id order, so that two transactions cannot wait for each other; in slices, for the databases' limits on parameters. */
export async function lockJobs(tx: Tx, jobIds: readonly number[]): Promise<JobRow[]> {
  const ids = [...new Set(jobIds)].sort((a, b) => a - b);
  const rows: JobRow[] = [];
  for (let i = 0; i < ids.length; i += 1000) {
    const slice = tx
      .selectFrom('jobs')
      .selectAll()
      .where('job_id', 'in', ids.slice(i, i + 1000))
      .orderBy('job_id');
    rows.push(...(await slice.modifyEnd(lockRows(tx)).execute()));
  }
  return rows;
}

export async function readDescription(db: Db, descriptionId: number): Promise<JobDescription> {
  const { body } = await db.selectFrom('descriptions').select('body').where('description_id', '=', descriptionId).executeTakeFirstOrThrow();
  return JSON.parse(body) as JobDescription;
}

/** By id. */
export async function readDescriptions(db: Db, descriptionIds: readonly number[]): Promise<Map<number, JobDescription>> {
  const ids = [...new Set(descriptionIds)];
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom('descriptions').selectAll().where('description_id', 'in', ids).execute();
  return new Map(rows.map(({ description_id, body }) => [description_id, JSON.parse(body) as JobDescription]));
}

export async function readOutputs(db: Db, jobId: number): Promise<SandboxFile[]> {
  const rows = await db.selectFrom('job_outputs').selectAll().where('job_id', '=', jobId).orderBy('path').execute();
  return rows.map((row) => ({
    path: row.path,
    digest: row.digest,
    sizeBytes: row.size_bytes,
    ...(row.executable === 1 ? { executable: true } : {}),
  }));
}

export async function readAttempts(db: Db, jobId: number): Promise<Attempt[]> {
  const rows = await db.selectFrom('attempts').selectAll().where('job_id', '=', jobId).orderBy('attempt').execute();
  return rows.map((row) => ({
    attempt: row.attempt,
    pilotId: row.pilot_id,
    site: row.site,
    host: row.host,
    matchedTime: instant(row.matched_ms),
    endTime: row.end_ms === null ? null : instant(row.end_ms),
    outcome: row.outcome,
  }));
}

/** Which pilot holds, or held last, each of these jobs; a job that has ended names it only in its attempts. */
export async function readHolders(db: Db, rows: readonly JobRow[]): Promise<Map<number, number>> {
  const holders = new Map(rows.flatMap(({ job_id, pilot_id }) => (pilot_id === null ? [] : [[job_id, pilot_id] as const])));
  const ended = rows.filter(({ pilot_id, attempt }) => pilot_id === null && attempt > 0);
  for (let i = 0; i < ended.length; i += 1000) {
    const slice = new Map(ended.slice(i, i + 1000).map(({ job_id, attempt }) => [job_id, attempt]));
    const attempts = await db
      .selectFrom('attempts')
      .select(['job_id', 'attempt', 'pilot_id'])
      .where('job_id', 'in', [...slice.keys()])
      .execute();
    for (const { job_id, attempt, pilot_id } of attempts) if (slice.get(job_id) === attempt) holders.set(job_id, pilot_id);
  }
  return holders;
}

export async function readLog(db: Db, jobId: number): Promise<LogEntry[]> {
  const rows = await db.selectFrom('job_log').selectAll().where('job_id', '=', jobId).orderBy('sequence').execute();
  return rows.map((row) => ({
    status: row.status,
    minorStatus: row.minor_status,
    applicationStatus: row.application_status,
    time: instant(row.time_ms),
    source: row.source,
    attempt: row.attempt,
  }));
}
