import { deleteJobs, killJobs, reportUsage, submitJobs } from '@diraclab/contract';
import type { Answer, UsageQuery } from '@diraclab/contract';
import { sql } from 'kysely';
import type { Database } from '../database/port.ts';
import { losePilot } from '../pilots/lose-pilot.ts';
import { describeGrid, ranWell } from '../testing/test-grid.ts';
import type { TestGrid } from '../testing/test-grid.ts';
import { createAccountingAgent } from './accounting-agent.ts';
import { dayS, weekS } from './spread.ts';

const submit = (grid: TestGrid, jobGroup: string, n: number) =>
  grid.call(submitJobs, {
    body: { description: { executable: '/bin/true', jobGroup }, parameters: Array.from({ length: n }, (_, seed) => ({ seed })) },
  });

async function runAll(grid: TestGrid, site: string): Promise<void> {
  const pilot = await grid.pilot(site);
  for (let jobs = await pilot.match(); jobs.length > 0; jobs = await pilot.match()) await pilot.report(...jobs.map((job) => ranWell(job)));
}

const report = (grid: TestGrid, query: Partial<UsageQuery> & { groupBy: string; plot: string }): Promise<Answer<typeof reportUsage>> =>
  grid.call(reportUsage, { body: { type: 'Job', ...query } as UsageQuery });
const totals = ({ series }: Answer<typeof reportUsage>): Record<string, number | null> =>
  Object.fromEntries(series.map(({ key, total }) => [key, total]));
const account = (database: Database): Promise<void> => createAccountingAgent(database)();
const age = (database: Database, table: 'job_usage' | 'pilot_usage', ms: number) =>
  database.transaction((tx) => sql`update ${sql.table(table)} set bucket_ms = bucket_ms - ${ms}`.execute(tx));

describeGrid('accounting', (start) => {
  it('what ran can be asked for by any key: jobs, CPU and wall time', async () => {
    const grid = await start();
    await submit(grid, 'fit', 3);
    await runAll(grid, 'LCG.CYFRONET.pl');
    await submit(grid, 'scan', 2);
    await runAll(grid, 'LCG.PIC.es');
    await account(grid.database);
    expect(totals(await report(grid, { plot: 'executedJobs', groupBy: 'site' }))).toEqual({ 'LCG.CYFRONET.pl': 3, 'LCG.PIC.es': 2 });
    expect(totals(await report(grid, { plot: 'cumulativeExecutedJobs', groupBy: 'jobGroup' }))).toEqual({ fit: 3, scan: 2 });
    expect(totals(await report(grid, { plot: 'executedJobs', groupBy: 'minorStatus' }))).toEqual({ 'Execution Complete': 5 });
    expect(totals(await report(grid, { plot: 'cpuTime', groupBy: 'site', where: { jobGroup: ['scan'] } }))['LCG.PIC.es']).toBeCloseTo(0.2);
    expect(totals(await report(grid, { plot: 'cpuEfficiency', groupBy: 'jobType' }))['User']).toBeCloseTo(50);
    expect(totals(await report(grid, { plot: 'executedJobs', groupBy: 'jobGroup', most: 1 }))).toEqual({ fit: 3, Others: 2 });
  });

  it('every attempt counts once, however often the agent passes and whatever dies', async () => {
    const grid = await start();
    await submit(grid, 'fit', 3);
    await runAll(grid, 'LCG.CYFRONET.pl');
    await Promise.all([account(grid.database), account(grid.database)]);
    await account(grid.database);
    expect(totals(await report(grid, { plot: 'executedJobs', groupBy: 'site' }))).toEqual({ 'LCG.CYFRONET.pl': 3 });
    const { upTo, to } = await report(grid, { plot: 'executedJobs', groupBy: 'site' });
    expect(Date.parse(upTo)).toBeLessThanOrEqual(Date.parse(to));
  });

  it('an attempt lost with its pilot has used what it used, at the site where it ran; a job that never ran has used nothing', async () => {
    const grid = await start();
    await submit(grid, 'fit', 2);
    const pilot = await grid.pilot('LCG.CYFRONET.pl');
    const [job] = await pilot.match();
    const { jobId, attempt } = job ?? { jobId: 0, attempt: 0 };
    await pilot.report({ jobId, attempt, cpuTimeUsedS: 40, wallTimeUsedS: 80, statuses: [{ sequence: 1, status: 'Running', minorStatus: 'Application' }] }); // prettier-ignore
    await losePilot(grid.database, pilot.pilotId, { status: 'Aborted', why: 'Pilot lost' });
    await grid.call(killJobs, { body: { where: [{ field: 'status', operator: 'eq', values: ['Waiting'] }] } });
    await grid.call(deleteJobs, { body: { where: [{ field: 'status', operator: 'eq', values: ['Killed'] }] } });
    await account(grid.database);
    expect(totals(await report(grid, { plot: 'executedJobs', groupBy: 'status' }))).toEqual({ Rescheduled: 1 });
    expect(totals(await report(grid, { plot: 'cpuTime', groupBy: 'site' }))).toEqual({ 'LCG.CYFRONET.pl': 40 });
    expect(totals(await report(grid, { plot: 'wallTime', groupBy: 'site' }))).toEqual({ 'LCG.CYFRONET.pl': 80 });
  });

  it('pilots are counted when they are over, with the jobs they ran', async () => {
    const grid = await start();
    await submit(grid, 'fit', 2);
    await runAll(grid, 'LCG.CYFRONET.pl');
    await account(grid.database);
    const pilots = (plot: string) => report(grid, { type: 'Pilot', plot, groupBy: 'status' } as never);
    expect(totals(await pilots('pilots'))).toEqual({});
    await grid.database.transaction((tx, nowMs) =>
      tx
        .updateTable('pilots')
        .set({ status: 'Done', last_update_ms: nowMs - 300_000 })
        .execute(),
    );
    await account(grid.database);
    await account(grid.database);
    expect(totals(await pilots('pilots'))).toEqual({ Done: 1 });
    expect(totals(await pilots('jobsPerPilot'))).toEqual({ Done: 2 });
  });

  it('hours become days after five weeks and weeks after a year and a half; the sums stay', async () => {
    const grid = await start();
    await submit(grid, 'fit', 3);
    await runAll(grid, 'LCG.CYFRONET.pl');
    await account(grid.database);
    const sizes = () => grid.database.read.selectFrom('job_usage').select(['bucket_s', 'bucket_ms', 'jobs']).execute();
    await age(grid.database, 'job_usage', 40 * dayS * 1000);
    await account(grid.database);
    expect(await sizes()).toMatchObject([{ bucket_s: dayS, jobs: 3 }]);
    await age(grid.database, 'job_usage', 600 * dayS * 1000);
    await account(grid.database);
    const [week] = await sizes();
    expect(week).toMatchObject({ bucket_s: weekS, jobs: 3 });
    const from = new Date((week?.bucket_ms ?? 0) - 1).toISOString();
    expect(totals(await report(grid, { plot: 'executedJobs', groupBy: 'site', from }))).toEqual({ 'LCG.CYFRONET.pl': 3 });
  });

  it('nobody reads more than the own use, or the own VO with JobAdministrator; another VO is like one that is not there', async () => {
    const grid = await start();
    await submit(grid, 'fit', 1);
    await runAll(grid, 'LCG.CYFRONET.pl');
    await account(grid.database);
    await grid.database.transaction((tx) => tx.updateTable('job_usage').set({ vo: 'cta.vo' }).execute());
    const hidden = await report(grid, { plot: 'executedJobs', groupBy: 'vo', where: { vo: ['cta.vo'] } });
    const absent = await report(grid, { plot: 'executedJobs', groupBy: 'vo', where: { vo: ['no.such.vo'] } });
    expect(hidden.series).toEqual([]);
    expect({ ...hidden, upTo: '' }).toEqual({ ...absent, upTo: '' });
    expect(totals(await report(grid, { plot: 'executedJobs', groupBy: 'vo' }))).toEqual({});
  });

  it('a span that is none is refused with the sentence that helps', async () => {
    const grid = await start();
    const now = new Date().toISOString();
    await expect(report(grid, { plot: 'cpuTime', groupBy: 'site', from: now, to: '2026-01-01' })).rejects.toMatchObject({ code: 'BadRequest', next: expect.stringContaining('earlier one first') as string }); // prettier-ignore
    await expect(report(grid, { plot: 'cpuTime', groupBy: 'site', from: 'yesterday' })).rejects.toMatchObject({ code: 'BadRequest' });
    await expect(report(grid, { plot: 'cpuTime', groupBy: 'constructor' as 'site' })).rejects.toMatchObject({ code: 'BadRequest' });
    await expect(report(grid, { plot: 'cpuTime', groupBy: 'site', where: { site: ["x' or '1'='1"] } })).resolves.toMatchObject({
      series: [],
    });
  });
});
