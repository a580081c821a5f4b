import type { Condition, GroupField, JobCount, JobCounts, SearchField } from '@diraclab/contract';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Db } from '../database/port.ts';
import { inTime, isOutOfTime, within } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { sampledIds } from './search-sample.ts';
import { allOf, checkCosts, holds, scope } from './search-conditions.ts';
import { columnOf, sortKey } from './search-columns.ts';
import { jobsBy, narrowest } from './search-source.ts';

/** After this a count is reckoned from a sample, which takes some 50 ms. */
const exactWithinMs = 500;
const sampleWithinMs = 2000;
const mostValues = 1000;

interface Counted {
  value: string;
  n: number;
}

/** How many jobs there are of each value, from kept counters where these know it, by counting where that is quick, else from a sample. */
export async function countJobs(db: Db, groupBy: GroupField, where: readonly Condition[], caller: Caller): Promise<JobCounts> {
  const { rows, approximate } = await count(db, sortKey(groupBy), [groupBy], where, caller);
  const counts = rows.map(({ value, n }): JobCount => ({ value, count: Number(n) })).filter(({ count: n }) => n > 0);
  return approximate ? { counts, approximate } : { counts };
}

export interface Total {
  total: number;
  approximate?: true;
}

export async function countAll(db: Db, where: readonly Condition[], caller: Caller): Promise<Total> {
  const { rows, approximate } = await count(db, sql`''`, [], where, caller);
  const total = Number(rows[0]?.n ?? 0);
  return approximate ? { total, approximate } : { total };
}

/** How many are in each state, deleted ones too. */
export async function readStatusCounts(db: Db, caller: Caller): Promise<JobCount[]> {
  const { rows } = await sql<Counted>`select status as value, sum(n) as n from status_counts
    where ${allOf(scope(caller))} group by status having sum(n) > 0`.execute(db);
  return rows.map(({ value, n }) => ({ value, count: Number(n) }));
}

async function count(
  db: Db,
  value: RawBuilder<unknown>,
  fields: readonly SearchField[],
  where: readonly Condition[],
  caller: Caller,
): Promise<{ rows: readonly Counted[]; approximate?: true }> {
  checkCosts(where);
  const counters = countersFor([...fields, ...where.map(({ field }) => field)]);
  const conditions = [...scope(caller), ...holds(db, where)];
  if (counters !== undefined) return { rows: await grouped(db, value, sql`sum(n)`, counters, allOf(conditions)) };
  const source = jobsBy(db, narrowest(where));
  try {
    return {
      rows: await grouped(
        await within(db, exactWithinMs),
        value,
        sql`count(*)`,
        source,
        allOf([inTime(db, columnOf('jobId')), ...conditions]),
      ),
    };
  } catch (error) {
    if (!isOutOfTime(error)) throw error;
  }
  const sample = await sampledIds(db);
  const rows = await grouped(
    await within(db, sampleWithinMs),
    value,
    sql`count(*)`,
    jobsBy(db, undefined),
    allOf([sample.isSampled, ...conditions]),
  );
  return { rows: rows.map((row) => ({ ...row, n: Math.round(Number(row.n) * sample.each) })), approximate: true };
}

async function grouped(
  db: Db,
  value: RawBuilder<unknown>,
  sum: RawBuilder<unknown>,
  source: RawBuilder<unknown>,
  condition: RawBuilder<boolean>,
) {
  const { rows } = await sql<Counted>`select value, n from
    (select ${value} as value, ${sum} as n from ${source} where ${condition} group by 1) as counted
    where n > 0 order by n desc, value limit ${mostValues}`.execute(db);
  return rows;
}

const ofOwners: readonly string[] = ['status', 'owner', 'ownerGroup', 'vo'];

/** The smallest table of counters that knows all of these fields. */
function countersFor(fields: readonly string[]): RawBuilder<unknown> | undefined {
  const others = [...new Set(fields)].filter((field) => !ofOwners.includes(field));
  if (others.length === 0) return sql`status_counts`;
  if (others.length > 1) return undefined;
  return others[0] === 'site' ? sql`site_counts` : others[0] === 'jobGroup' ? sql`group_counts` : undefined;
}
