import { countJobs, groupFields, killJobs, searchFields, searchJobs, submitJobs } from '@diraclab/contract';
import type { Condition, Job, JobQuery, SearchField } from '@diraclab/contract';
import fc from 'fast-check';
import { sql } from 'kysely';
import { describeGrid, ranWell } from '../testing/test-grid.ts';
import type { TestGrid } from '../testing/test-grid.ts';

/** What a condition means, in as few words as possible; the database has to agree with it. */
function holds(job: Job, { field, operator, values }: Condition): boolean {
  const value = job[field as 'status'] as string | number;
  const like = (pattern: string) => new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i').test(String(value));
  switch (operator) {
    case 'in':
      return values.includes(value);
    case 'notIn':
      return !values.includes(value);
    case 'eq':
      return value === values[0];
    case 'neq':
      return value !== values[0];
    case 'like':
      return values.some((pattern) => like(String(pattern)));
    case 'notLike':
      return !values.some((pattern) => like(String(pattern)));
    default:
      return operator === 'lt' ? value < values[0]! : operator === 'lte' ? value <= values[0]! : operator === 'gt' ? value > values[0]! : value >= values[0]!;
  }
} // prettier-ignore

const found = (jobs: readonly Job[], where: readonly Condition[]) =>
  jobs.filter(
    (job) =>
      where.every((condition) => holds(job, condition)) && (job.status !== 'Deleted' || where.some(({ field }) => field === 'status')),
  );

function inOrder(jobs: readonly Job[], { field, direction }: NonNullable<JobQuery['sort']>): number[] {
  const turn = direction === 'asc' ? 1 : -1;
  const key = (job: Job) => job[field] ?? (field.endsWith('Time') || field === 'exitCode' ? 0 : '');
  const compare = (a: unknown, b: unknown) => (a === b ? 0 : a === 0 || a === '' || (a as string) < (b as string) ? -1 : 1);
  return [...jobs].sort((a, b) => turn * (compare(key(a), key(b)) || a.jobId - b.jobId)).map(({ jobId }) => jobId);
}

const statuses = ['Waiting', 'Running', 'Done', 'Failed', 'Killed', 'Deleted'];
const sites = ['ANY', 'A.x', 'B.x'];
const groups = ['NoGroup', 'g1', 'g2'];

/** Sixty jobs in all sorts of states, with counters that know of it. */
async function manifold(grid: TestGrid): Promise<Job[]> {
  for (const jobGroup of groups) {
    const parameters = Array.from({ length: 20 }, (_, n) => ({ n }));
    await grid.call(submitJobs, { body: { description: { executable: 'x', jobName: '{n}-Job', jobGroup }, parameters } });
  }
  await grid.database.transaction(async (tx) => {
    for (let jobId = 1; jobId <= 60; jobId++) {
      const [status, site] = [statuses[(jobId * 7) % 6], sites[(jobId * 5) % 3]];
      const ended = status === 'Done' || status === 'Failed' ? 1_700_000_000_000 + (jobId % 4) : null;
      await sql`update jobs set status = ${status}, site = ${site}, minor_status = ${`minor ${jobId % 3}`}, end_exec_ms = ${ended},
        exit_code = ${ended === null ? null : jobId % 2}, end_reason = ${ended === null ? null : 'exit'} where job_id = ${jobId}`.execute(
        tx,
      );
    }
    for (const table of ['status', 'group', 'site'] as const) await recount(table).execute(tx);
  });
  const where: Condition[] = [{ field: 'status', operator: 'in', values: statuses }];
  return (await grid.call(searchJobs, { body: { where, limit: 100 } })).jobs;
}

function recount(of: 'status' | 'group' | 'site') {
  if (of === 'status') return sql`insert into status_counts (vo, owner_group, owner, status, n) select vo, owner_group, owner, status, count(*) from jobs
    where true group by 1, 2, 3, 4 on conflict (vo, owner_group, owner, status) do update set n = excluded.n`; // prettier-ignore
  if (of === 'group') return sql`insert into group_counts (vo, owner_group, owner, job_group, status, n) select vo, owner_group, owner, job_group, status, count(*) from jobs
    where true group by 1, 2, 3, 4, 5 on conflict (vo, owner_group, owner, job_group, status) do update set n = excluded.n`; // prettier-ignore
  return sql`insert into site_counts (vo, owner_group, owner, site, status, n)
    select vo, owner_group, owner, site, status, sum(n) from (
      select vo, owner_group, owner, site, status, count(*) as n from jobs group by 1, 2, 3, 4, 5
      union all select vo, owner_group, owner, site, status, 0 from site_counts) as both_kinds
    where true group by 1, 2, 3, 4, 5 on conflict (vo, owner_group, owner, site, status) do update set n = excluded.n`;
}

const choice = (field: SearchField, values: readonly string[]) =>
  fc.record({
    field: fc.constant(field),
    operator: fc.constantFrom('in' as const, 'notIn' as const),
    values: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }),
  });
const condition: fc.Arbitrary<Condition> = fc.oneof(
  choice('status', statuses),
  choice('site', [...sites, 'nowhere']),
  choice('jobGroup', groups),
  choice('minorStatus', ['minor 0', 'minor 1', 'minor 2']),
  fc.record({ field: fc.constantFrom('jobName' as const, 'site' as const), operator: fc.constantFrom('like' as const, 'notLike' as const), values: fc.constantFrom<string[][]>(['1*'], ['*JOB', 'a*'], ['?.x']) }),
  fc.record({ field: fc.constant('jobId' as const), operator: fc.constantFrom('lt' as const, 'gte' as const, 'neq' as const), values: fc.tuple(fc.integer({ min: 1, max: 60 })) }),
  fc.record({ field: fc.constant('jobId' as const), operator: fc.constant('in' as const), values: fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 9 }) }),
); // prettier-ignore

describeGrid('every search', (start) => {
  it('gives what its conditions mean, in order, by pages in both directions, by leaps, and counted', async () => {
    const grid = await start();
    const all = await manifold(grid);
    expect(all).toHaveLength(60);
    const sort = fc.record({ field: fc.constantFrom(...searchFields), direction: fc.constantFrom('asc' as const, 'desc' as const) });
    await fc.assert(
      fc.asyncProperty(fc.array(condition, { maxLength: 3 }), sort, fc.integer({ min: 1, max: 12 }), async (where, order, limit) => {
        const jobs = found(all, where);
        const ids = inOrder(jobs, order);
        const ask = (more: JobQuery) => grid.call(searchJobs, { body: { where, sort: order, limit, ...more } });
        const first = await ask({});
        expect(first.total).toBe(ids.length);
        expect(first.jobs.map(({ jobId }) => jobId)).toEqual(ids.slice(0, limit));
        expect(first.previous).toBeUndefined();
        expect(first.next === null).toBe(ids.length <= limit);
        if (first.next !== null) {
          const second = await ask({ after: first.next });
          expect(second.jobs.map(({ jobId }) => jobId)).toEqual(ids.slice(limit, 2 * limit));
          expect((await ask({ before: second.previous ?? '' })).jobs).toEqual(first.jobs);
        }
        expect((await ask({ offset: 7 })).jobs.map(({ jobId }) => jobId)).toEqual(ids.slice(7, 7 + limit));
        expect((await ask({ offset: 1500 })).jobs).toEqual([]);
        const groupBy = groupFields[limit % groupFields.length] ?? 'status';
        const { counts } = await grid.call(countJobs, { body: { where, groupBy } });
        const wanted = new Map<string, number>();
        for (const job of jobs) wanted.set(job[groupBy] ?? '', (wanted.get(job[groupBy] ?? '') ?? 0) + 1);
        expect(new Map(counts.map(({ value, count }) => [value, count]))).toEqual(wanted);
      }),
      { numRuns: 150 },
    );
  });
});

describeGrid('counters of jobs', (start) => {
  it('are what counting finds, after every way a job can go', async () => {
    const grid = await start();
    const parameters = Array.from({ length: 6 }, (_, n) => ({ n }));
    const { jobIds } = await grid.call(submitJobs, { body: { description: { executable: 'x', jobGroup: 'g' }, parameters } });
    const pilot = await grid.pilot('LCG.There.org');
    const agree = async () => {
      for (const groupBy of ['status', 'site', 'jobGroup'] as const) {
        const { counts } = await grid.call(countJobs, { body: { groupBy } });
        // A condition that no counter knows makes it count.
        const counted = await grid.call(countJobs, { body: { groupBy, text: 'id>=1' } });
        expect(counts).toEqual(counted.counts);
      }
    };
    await agree();
    const matched = await pilot.match({ slots: 3 });
    expect(matched).toHaveLength(3);
    await agree();
    await pilot.report(ranWell(matched[0]!), ranWell(matched[1]!, 3));
    await agree();
    await grid.call(killJobs, { body: { jobIds } });
    await agree();
    expect((await grid.call(countJobs, { body: { groupBy: 'site' } })).counts).toEqual([
      { value: 'ANY', count: 3 },
      { value: 'LCG.There.org', count: 3 },
    ]);
  });
});
