import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Db } from '../database/port.ts';
import type { Span } from './report.ts';

/** The only way from a key's name to a column: names that reach SQL come from here, values are bound. */
const columns = {
  vo: 'vo',
  ownerGroup: 'owner_group',
  owner: 'owner',
  jobGroup: 'job_group',
  jobType: 'job_type',
  site: 'site',
  status: 'status',
  minorStatus: 'minor_status',
  computingElement: 'computing_element',
} as const;
export type UsageKey = keyof typeof columns;

/** What a bucket of one key holds; of pilots only the first three fields. */
export interface UsageRow {
  bucketMs: number;
  key: string;
  jobs: number;
  pilots: number;
  cpuTimeS: number;
  wallTimeS: number;
  inputSandboxBytes: number;
  outputSandboxBytes: number;
}

export interface UsageFilter {
  table: 'job_usage' | 'pilot_usage';
  groupBy: UsageKey;
  where: Partial<Record<UsageKey, readonly string[]>>;
  span: Span;
}

const sums = {
  job_usage: sql`sum(jobs) as jobs, 0 as pilots, sum(cpu_time_s) as cpu, sum(wall_time_s) as wall,
    sum(input_sandbox_bytes) as input, sum(output_sandbox_bytes) as output`,
  pilot_usage: sql`sum(jobs) as jobs, sum(pilots) as pilots, 0 as cpu, 0 as wall, 0 as input, 0 as output`,
};
const weight = { job_usage: sql`sum(wall_time_s) + sum(jobs)`, pilot_usage: sql`sum(pilots)` };

/** The keys that weigh most in a span. */
export async function readLargestKeys(db: Db, filter: UsageFilter, most: number): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select ${column(filter)} as key from ${sql.table(filter.table)} where ${narrow(filter)}
    group by ${column(filter)} order by ${weight[filter.table]} desc, ${column(filter)} limit ${most}`.execute(db);
  return rows.map(({ key }) => key);
}

/** Sums by bucket and key; keys that are not among `shown` come as `others`. */
export async function readUsage(db: Db, filter: UsageFilter, shown: readonly string[], others: string): Promise<UsageRow[]> {
  if (shown.length === 0) return [];
  const lengthMs = filter.span.bucketS * 1000;
  const key = sql`case when ${column(filter)} in (${sql.join(shown)}) then ${column(filter)} else ${others} end`;
  const { rows } = await sql<Record<'bucket' | 'jobs' | 'pilots' | 'cpu' | 'wall' | 'input' | 'output', string | number> & { key: string }>`
    select bucket, key, ${sums[filter.table]} from (
      select usage.*, bucket_ms - bucket_ms % cast(${lengthMs} as bigint) as bucket, ${key} as key
      from ${sql.table(filter.table)} as usage where ${narrow(filter)}) as shares
    group by bucket, key order by bucket, key`.execute(db);
  return rows.map((row) => ({
    bucketMs: Number(row.bucket),
    key: row.key,
    jobs: Number(row.jobs),
    pilots: Number(row.pilots),
    cpuTimeS: Number(row.cpu),
    wallTimeS: Number(row.wall),
    inputSandboxBytes: Number(row.input),
    outputSandboxBytes: Number(row.output),
  }));
}

/** When the oldest attempt ended that is not in a bucket yet. */
export async function readOldestRecord(db: Db): Promise<number | undefined> {
  const row = await db.selectFrom('job_records').select('end_ms').orderBy('record_id').limit(1).executeTakeFirst();
  return row?.end_ms;
}

const column = ({ groupBy }: UsageFilter): RawBuilder<unknown> => sql.ref(columns[groupBy]);

function narrow({ where, span }: UsageFilter): RawBuilder<unknown> {
  const conditions = Object.entries(where).map(([key, values]) => sql`${sql.ref(columns[key as UsageKey])} in (${sql.join(values)})`);
  return sql.join([sql`bucket_ms >= ${span.fromMs}`, sql`bucket_ms < ${span.toMs}`, ...conditions], sql` and `);
}
