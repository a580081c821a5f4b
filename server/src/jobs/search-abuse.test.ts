import {
  countJobs,
  deleteJobs,
  describeJobKeys,
  groupFields,
  jobKeys,
  killJobs,
  searchFields,
  searchJobs,
  submitJobs,
} from '@diraclab/contract';
import type { Condition, ContractError, JobQuery } from '@diraclab/contract';
import { Kysely, sql } from 'kysely';
import { kyselyOn, readConnection } from '../database/kysely-parts.ts';
import { inTime, isOutOfTime, within } from '../database/port.ts';
import type { Db } from '../database/port.ts';
import type { Tables } from '../database/tables.ts';
import { describeBothDatabases } from '../database/testing.ts';
import { laptopUser } from '../identity/laptop.ts';
import { describeGrid } from '../testing/test-grid.ts';
import type { TestGrid } from '../testing/test-grid.ts';
import { countAll, countJobs as countRule } from './count-jobs.ts';

const corpus = [
  "'", '"', '`', '\\', "' or '1'='1", "'; drop table jobs; --", '"; drop table jobs; --', "') or 1=1 --", '1 or 1=1', '$1', '?', ':a', '@a', '%', '_',
  "\\' or 1=1 --", "x' union select token_hash from pilots --", '/**/', 'job_id', 'jobs.vo', 'null', '$.a', '$."a"', '{}', '[0]', '\u2028', '\ufeff', 'a\u0000b',
  '__proto__', 'constructor', 'toString', 'pg_sleep(9)', 'sleep(9)', "a' collate nocase --", '0x27', '1e308', '-1', '\ud800',
]; // prettier-ignore

async function sweepOf23(grid: TestGrid): Promise<void> {
  const parameters = Array.from({ length: 23 }, (_, seed) => ({
    seed,
    beta: seed / 10,
    label: seed % 2 === 0 ? 'even' : 'odd',
    last: seed === 22,
  }));
  await grid.call(submitJobs, { body: { description: { executable: 'x', jobName: 'fit {seed}', jobGroup: 'scan' }, parameters } });
}

/** Found jobs, or the name of the refusal; whatever else happens is a mistake of ours. */
async function outcome(ask: Promise<{ total: number }>): Promise<number | 'refused'> {
  try {
    return (await ask).total;
  } catch (error) {
    expect((error as ContractError).code).toBe('BadRequest');
    return 'refused';
  }
}

describeGrid('hostile searches', (start) => {
  it('a text is a value wherever a value stands, and refused wherever a name stands', async () => {
    const grid = await start();
    await sweepOf23(grid);
    const search = (body: unknown) => outcome(grid.call(searchJobs, { body: body as JobQuery }));
    for (const text of corpus) {
      for (const { key } of jobKeys) {
        for (const operator of ['eq', 'in', 'like', 'lt'] as const) {
          const n = await search({ where: [{ field: key, operator, values: [text] }] });
          expect([text, key, operator, operator === 'lt' || n === 'refused' || n < 23 || text === '%' || text === '?']).toEqual([
            text,
            key,
            operator,
            true,
          ]);
        }
      }
      expect([text, await search({ where: [{ field: 'param.label', operator: 'eq', values: [text] }] })]).toEqual([
        text,
        text.includes('\0') ? 'refused' : 0,
      ]);
      const asName = await search({ where: [{ field: `param.${text}`, operator: 'eq', values: ['even'] }] });
      expect([text, asName]).toEqual([text, /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) ? 0 : 'refused']);
      for (const body of [
        { where: [{ field: text, operator: 'eq', values: ['x'] }] },
        { where: [{ field: 'site', operator: text, values: ['x'] }] },
        { sort: { field: text, direction: 'asc' } },
        { sort: { field: 'site', direction: text } },
        { after: text },
        { before: text },
        { limit: text },
        { offset: text },
      ])
        expect([body, await search(body)]).toEqual([body, 'refused']);
      await expect(grid.call(countJobs, { body: { groupBy: text as 'site' } })).rejects.toMatchObject({ code: 'BadRequest' });
      const asText = await search({ text });
      expect([text, asText === 'refused' || asText <= 23]).toEqual([text, true]);
      await grid.call(describeJobKeys, { query: { jobGroup: text.replaceAll('\0', '').toWellFormed() } });
    }
    expect((await grid.call(searchJobs, { body: {} })).total).toBe(23);
  }, 120_000);

  it('a cursor that was changed is refused, whatever was changed', async () => {
    const grid = await start();
    await sweepOf23(grid);
    for (const field of searchFields) {
      const body: JobQuery = { sort: { field, direction: 'asc' }, limit: 3 };
      const { next } = await grid.call(searchJobs, { body });
      const [, value, jobId] = JSON.parse(next ?? '') as [string, string | number, number];
      const other = typeof value === 'string' ? 5 : 'x';
      for (const cursor of [
        [field, other, jobId], [field, value, '1'], [field, value, 1.5], [field, value], ['password', value, jobId], [field, null, jobId], [field, { a: 1 }, jobId], [], {}, null, 7,
      ]) // prettier-ignore
        await expect(grid.call(searchJobs, { body: { ...body, after: JSON.stringify(cursor) } })).rejects.toMatchObject({ code: 'BadRequest', next: expect.stringContaining('first page') as string }); // prettier-ignore
    }
    await expect(grid.call(searchJobs, { body: { after: '["jobId",5,5]', before: '["jobId",5,5]' } })).rejects.toMatchObject({
      code: 'BadRequest',
    });
  });

  it.each<[string, Condition[]]>([
    ['51 conditions', Array.from({ length: 51 }, () => ({ field: 'site', operator: 'eq', values: ['x'] }))],
    ['a value of 1,001 letters', [{ field: 'site', operator: 'eq', values: ['x'.repeat(1001)] }]],
    ['10,001 values', [{ field: 'jobId', operator: 'in', values: Array.from({ length: 10_001 }, (_, i) => i) }]],
    ['21 patterns', [{ field: 'jobName', operator: 'like', values: Array.from({ length: 21 }, () => 'x*') }]],
    ['11 wildcards', [{ field: 'jobName', operator: 'like', values: ['a*'.repeat(11)] }]],
    ['a long pattern', [{ field: 'jobName', operator: 'notLike', values: [`${'a'.repeat(301)}*`] }]],
    ['101 values of a parameter', [{ field: 'param.seed', operator: 'in', values: Array.from({ length: 101 }, (_, i) => i) }]],
    ['a parameter compared with a word', [{ field: 'param.seed', operator: 'lt', values: ['x'] }]],
    ['an age of no length', [{ field: 'age', operator: 'lt', values: ['soon'] }]],
    ['an age that is equal', [{ field: 'age', operator: 'eq', values: ['2d'] }]],
  ])('%s are refused by every route that takes conditions', async (_title, where) => {
    const grid = await start();
    await sweepOf23(grid);
    for (const ask of [
      grid.call(searchJobs, { body: { where } }),
      grid.call(countJobs, { body: { groupBy: 'status', where } }),
      grid.call(killJobs, { body: { where } }),
      grid.call(deleteJobs, { body: { where } }),
    ])
      await expect(ask).rejects.toMatchObject({ code: 'BadRequest' });
  });
});

describeGrid('what jobs may be asked for', (start) => {
  const total = async (grid: TestGrid, text: string) => (await grid.call(searchJobs, { body: { text } })).total;

  it('are parameters of a sweep, as numbers and as texts', async () => {
    const grid = await start();
    await sweepOf23(grid);
    await grid.call(submitJobs, { body: { description: { executable: 'x', jobName: 'single' } } });
    expect(await total(grid, 'param.seed=3')).toBe(1);
    expect(await total(grid, 'param.seed=3,4,99')).toBe(2);
    expect(await total(grid, 'param.seed!=3')).toBe(22);
    expect(await total(grid, 'param.beta>=0.5 param.beta<1')).toBe(5);
    expect(await total(grid, 'param.beta=0.50')).toBe(1);
    expect(await total(grid, 'param.label=even')).toBe(12);
    expect(await total(grid, 'param.label=ev*')).toBe(12);
    expect(await total(grid, 'param.label!=ev*')).toBe(11);
    expect(await total(grid, 'param.last=true')).toBe(1);
    expect(await total(grid, 'param.label>3')).toBe(0);
    expect(await total(grid, 'param.nothing=3')).toBe(0);
    expect(await total(grid, 'param.Seed=3')).toBe(0);
  });

  it('are ages by the clock of the server, and text and conditions together', async () => {
    const grid = await start();
    await sweepOf23(grid);
    await grid.database.transaction(
      async (tx) => void (await sql`update jobs set submission_ms = submission_ms - 7200000 where job_id <= 10`.execute(tx)),
    );
    expect(await total(grid, 'age<1h')).toBe(13);
    expect(await total(grid, 'age>=1h')).toBe(10);
    expect(await total(grid, 'age>3h')).toBe(0);
    const where: Condition[] = [{ field: 'jobId', operator: 'lte', values: [12] }];
    expect((await grid.call(searchJobs, { body: { where, text: 'age<1h' } })).total).toBe(2);
    expect((await grid.call(countJobs, { body: { groupBy: 'status', where, text: 'age<1h' } })).counts).toEqual([
      { value: 'Waiting', count: 2 },
    ]);
    await expect(grid.call(searchJobs, { body: { text: 'staet=Done' } })).rejects.toMatchObject({ code: 'BadRequest', message: expect.stringContaining('Did you mean state? (column 1)') as string }); // prettier-ignore
  });

  it('are told with their types, and the parameters of the newest sweep with them', async () => {
    const grid = await start();
    await sweepOf23(grid);
    const { keys } = await grid.call(describeJobKeys, { query: {} });
    expect(keys.filter(({ key }) => key.startsWith('param.')).map(({ key }) => key)).toEqual([
      'param.seed',
      'param.beta',
      'param.label',
      'param.last',
    ]);
    expect(keys.find(({ key }) => key === 'status')).toMatchObject({ names: ['state', 'status'], groupable: true, sortable: true });
    expect(keys.filter(({ groupable }) => groupable).map(({ key }) => key).sort()).toEqual([...groupFields].sort()); // prettier-ignore
    expect((await grid.call(describeJobKeys, { query: { jobGroup: 'other' } })).keys.some(({ key }) => key.startsWith('param.'))).toBe(
      false,
    );
  });
});

describeBothDatabases('a search that takes too long', (open, kind) => {
  const endless = (db: Db) =>
    kind === 'postgres'
      ? sql`select pg_sleep(60)`.execute(db)
      : sql`with recursive n(i) as (select 1 union all select i + 1 from n where ${inTime(db, sql`i`)}) select count(*) from n`.execute(db);

  it('is ended at its time, and whoever comes next on that connection has all the time there is', async () => {
    const { read } = await open();
    const limited = await within(read, 50);
    const ends = await Promise.all(Array.from({ length: 7 }, () => endless(limited).then(() => 'came to an end', isOutOfTime)));
    expect(ends).toEqual(Array.from({ length: 7 }, () => true));
    if (kind === 'postgres') for (let i = 0; i < 7; i++) await sql`select pg_sleep(0.06)`.execute(read);
    const { rows } = await sql<{ n: number }>`select count(*) as n from jobs`.execute(read);
    expect(rows[0]?.n).toBe(0);
  });

  it('is reckoned from a sample instead, and says so', async () => {
    const { read, transaction } = await open();
    await transaction(async (tx) => {
      await tx.insertInto('descriptions').values({ body: '{}' }).execute();
      await tx.insertInto('task_queues').values({ vo: 'laptop', owner_group: 'g', owner: 'o', requirements: '{}', waiting: 0 }).execute();
      const numbers =
        kind === 'sqlite'
          ? sql`(with recursive n(i) as (select 1 union all select i + 1 from n where i < 40000) select i from n)`
          : sql`(select generate_series(1, 40000) as i)`;
      await sql`insert into jobs (description_id, parameter_index, job_name, job_group, job_type, owner, owner_group, vo, site, status, minor_status,
        application_status, priority, cpu_time_s, submission_ms, last_update_ms, reschedule_counter, attempt, report_sequence, log_length, task_queue_id, queued)
        select 1, 0, case when i % 10 = 0 then 'rare' else 'usual' end, 'g', 'User', 'o', 'g', 'laptop', 'ANY', 'Done', '', '', 1, 1, 1, 1, 0, 0, 0, 0, 1, 0
        from ${numbers} as numbers`.execute(tx);
    });
    // As a database that is too slow for counting, whatever it is asked to count.
    const slow: Db = new Kysely<Tables>(
      kyselyOn(
        kind,
        readConnection(async (query, withinMs) => {
          if (withinMs === 500) throw Object.assign(new Error('too slow'), { code: '57014' });
          return read.executeQuery(query);
        }),
      ),
    );
    const rare: Condition[] = [{ field: 'jobName', operator: 'eq', values: ['rare'] }];
    const { total, approximate } = await countAll(slow, rare, laptopUser());
    expect(approximate).toBe(true);
    expect(total).toBeGreaterThan(3000);
    expect(total).toBeLessThan(5000);
    expect(await countRule(slow, 'minorStatus', [], laptopUser())).toEqual({ counts: [{ value: '', count: 40_000 }], approximate: true });
    expect(await countAll(read, rare, laptopUser())).toEqual({ total: 4000 });
  });
});
