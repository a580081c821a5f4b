import { ContractError, parseJobQuery } from '@diraclab/contract';
import type { Condition, JobPage, JobQuery } from '@diraclab/contract';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { affectedRows, inTime, isOutOfTime, within } from '../database/port.ts';
import type { Db, Tx } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { countAll } from './count-jobs.ts';
import { toJob } from './job-row.ts';
import type { JobRow } from './job-row.ts';
import { planSearch } from './search-branches.ts';
import { columnOf, sortKey } from './search-columns.ts';
import { allOf, checkCosts, holds, scope } from './search-conditions.ts';
import { beyond, cursorOf, readPlace } from './search-place.ts';
import type { Place, Sort } from './search-place.ts';
import { jobsBy, narrowest } from './search-source.ts';

/** A search that takes longer is ended: others wait for what it keeps busy. */
const pageWithinMs = 5000;

/** Both ways of saying what is wanted hold together. */
export const conditionsOf = ({ where = [], text }: Pick<JobQuery, 'where' | 'text'>): Condition[] =>
  text === undefined ? where : [...where, ...parseJobQuery(text)];

/** A page by key: the last row's sort value and id, so that page 1,000 costs what page 1 does. */
export async function searchJobs(db: Db, query: JobQuery, caller: Caller): Promise<JobPage> {
  const where = conditionsOf(query);
  checkCosts(where);
  const { limit = 100 } = query;
  const sort = query.sort ?? { field: 'jobId', direction: 'desc' };
  const place = readPlace(query, sort);
  const [rows, counted] = await Promise.all([readPage(db, where, caller, sort, place, limit + 1), countAll(db, where, caller)]);
  const more = rows.length > limit;
  const shown = rows.slice(0, limit);
  if (place.backwards) shown.reverse();
  const [first, last] = [shown.at(0), shown.at(-1)];
  const isFirst = place.backwards ? !more : place.after === undefined && place.leap === 0;
  const isLast = place.backwards ? false : !more;
  // A sample may have missed what is seen here.
  const total = counted.approximate ? Math.max(counted.total, rows.length) : counted.total;
  return {
    jobs: shown.map(toJob),
    ...counted,
    total,
    next: isLast || last === undefined ? null : cursorOf(sort.field, last),
    ...(isFirst || first === undefined ? {} : { previous: cursorOf(sort.field, first) }),
  };
}

async function readPage(db: Db, where: readonly Condition[], caller: Caller, sort: Sort, place: Place, rows: number): Promise<JobRow[]> {
  const { index, branches } = planSearch(where, sort, place.leap, caller);
  const key = sortKey(sort.field);
  const way = place.direction === 'asc' ? sql`asc` : sql`desc`;
  const order = sort.field === 'jobId' ? sql`job_id ${way}` : sql`${key} ${way}, job_id ${way}`;
  const source = jobsBy(db, index);
  const parts = branches.flatMap((branch) =>
    beyond(place, sort.field).map((from) => {
      const condition = allOf([inTime(db, columnOf('jobId')), ...scope(caller), ...holds(db, branch), ...from]);
      return sql`select ${key} as sorted, job_id from ${source} where ${condition} order by ${order} limit ${rows + place.leap}`;
    }),
  );
  const ids = merged(parts, way, rows, place.leap);
  try {
    // What has to be sorted are ids, not whole rows: half the time where no index has the order.
    const page = sql<JobRow>`select * from jobs where job_id in (${ids}) order by ${order}`;
    return (await page.execute(await within(db, pageWithinMs))).rows;
  } catch (error) {
    throw isOutOfTime(error) ? tooSlow() : error;
  }
}

/** Each part is in order and no longer than the page: the first of all of them are the page. */
function merged(parts: readonly RawBuilder<unknown>[], way: RawBuilder<unknown>, rows: number, leap: number): RawBuilder<unknown> {
  const all = sql.join(
    parts.map((part) => sql`select * from (${part}) as part`),
    sql` union all `,
  );
  return sql`select job_id from (${all}) as parts order by sorted ${way}, job_id ${way} limit ${rows} offset ${leap}`;
}

/**
 * Writes down for an operation the next jobs that conditions hold for, by number, up to `last`; gives how many there were. In the database
 * alone: 50,000 numbers do not travel to us and back.
 */
export async function chooseForOperation(
  tx: Tx,
  chosen: { operationId: number; where: readonly Condition[]; caller: Caller; after: number; last: number; most: number },
): Promise<number> {
  const { operationId, where, caller, after, last, most } = chosen;
  checkCosts(where);
  const conditions = [sql<boolean>`job_id > ${after}`, sql<boolean>`job_id <= ${last}`, ...scope(caller), ...holds(tx, where)];
  const written = await sql`insert into operation_jobs (operation_id, job_id)
    select cast(${operationId} as bigint), job_id from jobs where ${allOf(conditions)} order by job_id limit ${most}`.execute(tx);
  return affectedRows(written);
}

const tooSlow = () =>
  new ContractError('OutOfTime', `The search was ended after ${pageWithinMs / 1000} s.`, {
    next: 'Narrow it by state, group, site or age (age<2d), or sort it by id, name, submitted or ended.',
  });

/** The ids that conditions hold for, for acts on a query. */
export async function selectJobIds(db: Db, where: readonly Condition[], caller: Caller, most: number): Promise<number[]> {
  checkCosts(where);
  const { rows } = await sql<{ job_id: number }>`select job_id from ${jobsBy(db, narrowest(where))}
    where ${allOf([...scope(caller), ...holds(db, where)])} order by job_id limit ${most + 1}`.execute(db);
  if (rows.length > most) {
    throw new ContractError('TooLarge', `The conditions hold for more than ${most} jobs.`, {
      next: 'Narrow them, or start an operation (POST /api/operations).',
    });
  }
  return rows.map(({ job_id }) => job_id);
}
