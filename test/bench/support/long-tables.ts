import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Database } from '../../../server/src/database/port.ts';

/** Whose jobs they are: the first has a third of all, the last one in a thousand. */
export const owners = 50;
export const sites = 40;
export const groupsPerMillion = 4000;

const columns = sql`job_id, description_id, parameters, parameter_index, job_name, job_group, job_type, owner, owner_group, vo, site, status,
  minor_status, application_status, priority, cpu_time_s, submission_ms, last_update_ms, start_exec_ms, end_exec_ms, reschedule_counter, attempt,
  report_sequence, log_length, task_queue_id, queued`;

/**
 * Jobs as a community has them after a year, written by the database itself: most are done, some failed for one of ten reasons, the newest
 * wait. Sweeps of 250 stand together; everything that is chosen by number is spread as a hash would.
 */
export async function fillTables(database: Database, jobs: number, nowMs: number): Promise<void> {
  const isSqlite = database.kind === 'sqlite';
  await database.transaction(async (tx) => {
    await tx.insertInto('descriptions').values({ body: '{"executable":"x"}' }).execute();
    await tx
      .insertInto('task_queues')
      .values({ vo: 'laptop', owner_group: 'user', owner: 'owner0', requirements: '{}', waiting: 0 })
      .execute();
  });
  const slice = 250_000;
  for (let first = 1; first <= jobs; first += slice) {
    const last = Math.min(jobs, first + slice - 1);
    const numbers = isSqlite
      ? sql`(with recursive n(i) as (select ${first} union all select i + 1 from n where i < ${last}) select i from n)`
      : sql`(select generate_series(${first}::bigint, ${last}::bigint) as i)`;
    await database.transaction(async (tx) => void (await insertSlice(numbers, jobs, nowMs).execute(tx)));
  }
  await database.transaction(async (tx) => {
    if (!isSqlite) await sql`select setval(pg_get_serial_sequence('jobs', 'job_id'), ${jobs}::bigint)`.execute(tx);
    for (const statement of counters) await statement.execute(tx);
    // As autovacuum has them sooner or later.
    if (!isSqlite) await sql`analyze`.execute(tx);
  });
}

function insertSlice(numbers: RawBuilder<unknown>, jobs: number, nowMs: number): RawBuilder<unknown> {
  const yearMs = 365 * 86_400_000;
  const h = (salt: number, below: number) => sql`(((i + ${sql.lit(salt)}) * 2654435761) % 4294967296) % ${sql.lit(below)}`;
  const share = sql`((i / 250) * 7919) % 1000`;
  const owner = sql`(case when ${share} < 333 then 0 when ${share} < 600 then ${share} % 5 when ${share} < 999 then ${share} % ${sql.lit(owners - 1)} else ${sql.lit(owners - 1)} end)`;
  const status = sql`(case when i > ${sql.lit(Math.floor(jobs * 0.95))} then (case when ${h(1, 10)} < 7 then 'Waiting' else 'Running' end)
    when ${h(2, 100)} < 90 then 'Done' when ${h(2, 100)} < 97 then 'Failed' else 'Killed' end)`;
  return sql`insert into jobs (${columns})
    select i, 1, '{"seed":' || i || '}', i % 250, 'fit-' || (${h(3, 5000)}), 'scan-' || (i / 250), 'User', 'owner' || o, 'user', 'laptop',
      case when s = 'Waiting' then 'ANY' else 'LCG.Site' || (${h(4, sites)}) || '.org' end, s,
      case s when 'Done' then 'Execution Complete' when 'Failed' then 'Reason ' || (${h(5, 10)}) when 'Waiting' then 'Pilot Agent Submission'
        when 'Running' then 'Application' else 'Marked for termination' end,
      'Unknown', 1, 86400, t, t + 3600000, case when s = 'Waiting' then null else t + 60000 end,
      case when s in ('Done', 'Failed', 'Killed') then t + 3600000 + ${h(6, 3_600_000)} end, 0, 1, 3, 3, 1, 0
    from (select i, ${owner} as o, ${status} as s, ${sql.lit(nowMs - yearMs)} + cast(i * ${sql.lit(yearMs / jobs)} as bigint) as t from ${numbers} as n) as made`;
}

const counters = [
  sql`insert into status_counts (vo, owner_group, owner, status, n) select vo, owner_group, owner, status, count(*) from jobs group by 1, 2, 3, 4`,
  sql`insert into group_counts (vo, owner_group, owner, job_group, status, n)
    select vo, owner_group, owner, job_group, status, count(*) from jobs group by 1, 2, 3, 4, 5`,
  sql`insert into site_counts (vo, owner_group, owner, site, status, n)
    select vo, owner_group, owner, site, status, count(*) from jobs group by 1, 2, 3, 4, 5`,
  sql`insert into job_groups (vo, owner_group, owner, job_group, first_job_id, last_update_ms)
    select vo, owner_group, owner, job_group, min(job_id), max(last_update_ms) from jobs group by 1, 2, 3, 4`,
];
