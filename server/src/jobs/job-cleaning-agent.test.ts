import { deleteJobs, getJob, killJobs, listGroups, mostJobsAnAct, searchJobs, submitJobs } from '@diraclab/contract';
import { sql } from 'kysely';
import type { Database } from '../database/port.ts';
import { describeGrid, ranWell } from '../testing/test-grid.ts';
import type { TestGrid } from '../testing/test-grid.ts';
import { createJobCleaningAgent, keysKeptMs } from './job-cleaning-agent.ts';

const deletedKeptMs = 7 * 86_400_000;
const hello = { executable: '/bin/echo' };
const clean = (database: Database) => createJobCleaningAgent(database, () => undefined, deletedKeptMs)();
const sweep = (jobGroup: string, n: number) => ({
  description: { ...hello, jobGroup },
  parameters: Array.from({ length: n }, (_, i) => ({ i })),
});

/** As if so much time had passed since the jobs were deleted. */
const age = (database: Database, ms: number) =>
  database.transaction(async (tx) => {
    await tx.updateTable('jobs').set((eb) => ({ last_update_ms: eb('last_update_ms', '-', ms) })).where('status', '=', 'Deleted').execute(); // prettier-ignore
  });

async function removed(grid: TestGrid, all: number[]): Promise<void> {
  for (let at = 0; at < all.length; at += mostJobsAnAct) {
    const jobIds = all.slice(at, at + mostJobsAnAct);
    await grid.call(killJobs, { body: { jobIds } });
    expect((await grid.call(deleteJobs, { body: { jobIds } })).failed).toEqual([]);
  }
}

async function count(database: Database, table: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(database.read);
  return Number(rows[0]?.n);
}

async function expectCountersRight(database: Database): Promise<void> {
  const rows = async (text: string) => (await sql.raw<Record<string, unknown>>(text).execute(database.read)).rows.map((row) => Object.values(row).map(String).join(' ')).sort(); // prettier-ignore
  expect(await rows('select status, n from status_counts where n <> 0')).toEqual(
    await rows('select status, count(*) from jobs group by status'),
  );
  expect(await rows('select job_group, status, n from group_counts where n <> 0')).toEqual(await rows('select job_group, status, count(*) from jobs group by job_group, status')); // prettier-ignore
  expect(await rows('select distinct job_group from jobs')).toEqual(await rows('select job_group from job_groups'));
}

describeGrid('cleaning of jobs', (start) => {
  it('a deleted job is kept a week, then goes with all that hangs on it; its neighbours stay', async () => {
    const grid = await start();
    const { jobIds } = await grid.call(submitJobs, { body: sweep('half', 2) });
    const node = await grid.pilot();
    const matched = await node.match({ slots: 2 });
    await node.report(...matched.map((job) => ranWell(job)));
    const [gone = 0, stays = 0] = jobIds;
    await removed(grid, [gone]);
    await age(grid.database, deletedKeptMs - 60_000);
    await clean(grid.database);
    expect((await grid.call(getJob, { params: { jobId: gone } })).status).toBe('Deleted');
    await age(grid.database, 120_000);
    await clean(grid.database);
    await expect(grid.call(getJob, { params: { jobId: gone } })).rejects.toMatchObject({ code: 'NotFound' });
    expect((await grid.call(getJob, { params: { jobId: stays } })).attempts).toHaveLength(1);
    for (const table of ['jobs', 'attempts', 'descriptions']) expect([table, await count(grid.database, table)]).toEqual([table, 1]);
    await expectCountersRight(grid.database);
  });

  it('many go in slices; a group without jobs goes with them, and one that lives keeps its place and its counts', async () => {
    const grid = await start();
    const { jobIds } = await grid.call(submitJobs, { body: sweep('gone', 1_200) });
    await grid.call(submitJobs, { body: sweep('lives', 3) });
    const { jobIds: some } = await grid.call(submitJobs, { body: sweep('lives', 2) });
    await removed(grid, [...jobIds, ...some]);
    const before = await grid.call(listGroups, { query: {} });
    await age(grid.database, deletedKeptMs + 60_000);
    await clean(grid.database);
    expect(await count(grid.database, 'jobs')).toBe(3);
    expect(await count(grid.database, 'job_log')).toBe(6);
    expect(await count(grid.database, 'descriptions')).toBe(1);
    expect((await grid.call(listGroups, { query: {} })).groups).toEqual(before.groups);
    expect((await grid.call(searchJobs, { body: {} })).total).toBe(3);
    await expectCountersRight(grid.database);
  });

  it('submissions to the very groups that are being removed lose nothing', async () => {
    const grid = await start();
    const { jobIds } = await grid.call(submitJobs, { body: sweep('busy', 1_000) });
    await removed(grid, jobIds);
    await age(grid.database, deletedKeptMs + 60_000);
    let cleaning = true;
    const cleaned = clean(grid.database).finally(() => (cleaning = false));
    const submitted: number[] = [];
    do submitted.push(...(await grid.call(submitJobs, { body: { description: { ...hello, jobGroup: 'busy' } } })).jobIds);
    while (cleaning);
    await cleaned;
    expect(await count(grid.database, 'jobs')).toBe(submitted.length);
    await expectCountersRight(grid.database);
  });

  it('an idempotency key is remembered for a month', async () => {
    const grid = await start();
    const body = { description: hello, idempotencyKey: 'k' };
    const { jobIds } = await grid.call(submitJobs, { body });
    const pass = (ms: number) =>
      grid.database.transaction(async (tx) => void (await tx.updateTable('idempotency_keys').set((eb) => ({ created_ms: eb('created_ms', '-', ms) })).execute())); // prettier-ignore
    await pass(keysKeptMs - 60_000);
    await clean(grid.database);
    expect(await grid.call(submitJobs, { body })).toMatchObject({ jobIds, repeated: true });
    await pass(120_000);
    await clean(grid.database);
    expect(await grid.call(submitJobs, { body })).toMatchObject({ repeated: false });
  });
});
