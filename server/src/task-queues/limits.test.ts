import { killJobs, submitJobs, whyJob } from '@diraclab/contract';
import type { JobDescription, SiteLimit } from '@diraclab/contract';
import { sql } from 'kysely';
import type { Database } from '../database/port.ts';
import { saveOperatorPolicy, savePolicy } from '../testing/save-policy.ts';
import { personOf, submitAs } from '../testing/submit-as.ts';
import { describeGrid, ranWell } from '../testing/test-grid.ts';
import type { TestGrid, TestPilot } from '../testing/test-grid.ts';
import { createLimits } from './limits.ts';
import { requirementsOf } from './requirements.ts';

const site = 'DIRAC.Test.local';

async function submit({ call }: TestGrid, needs: Partial<JobDescription> = {}, n = 1): Promise<number[]> {
  const parameters = Array.from({ length: n }, (_, i) => ({ i }));
  return (await call(submitJobs, { body: { description: { executable: '/bin/true', ...needs }, parameters } })).jobIds;
}

const pilots = (grid: TestGrid, n: number, at?: string): Promise<TestPilot[]> =>
  Promise.all(Array.from({ length: n }, () => grid.pilot(at)));
const askAll = async (nodes: readonly TestPilot[], rounds = 1, offer = {}): Promise<number> => {
  const asked = Array.from({ length: rounds }, () => nodes.map((node) => node.match(offer))).flat();
  return (await Promise.all(asked)).flat().length;
};

/** Where the counters of what runs differ from what runs. */
async function miscounted(database: Database): Promise<unknown[]> {
  const { rows } = await sql`
    select site, owner, job_type, sum(n) as off from (
      select site, vo, owner_group, owner, job_type, n from running_counts union all
      select site, vo, owner_group, owner, job_type, -count(*) from jobs where status in ('Matched', 'Running', 'Stalled', 'Completing')
      group by site, vo, owner_group, owner, job_type) as both_sides
    group by site, vo, owner_group, owner, job_type having sum(n) <> 0`.execute(database.read);
  return rows;
}

describeGrid('limits of sites', (start) => {
  it('however many pilots ask at once, no more jobs run at a site than it takes; one that ends makes room at once', async () => {
    const grid = await start();
    await saveOperatorPolicy(grid, { limits: [{ site, jobs: { jobType: 'User' }, running: 7 }] });
    const [first = 0] = await submit(grid, {}, 40);
    await submit(grid, { jobType: 'Test' }, 3);
    const nodes = await pilots(grid, 10);
    expect(await askAll(nodes, 3, { slots: 2 })).toBe(10);
    const waiting = (nodes[0] as TestPilot).match({ waitMs: 20_000 });
    const elsewhere = await (await grid.pilot('LCG.CERN.cern')).match({ slots: 2 });
    expect(elsewhere).toHaveLength(2);
    const [held] = await grid.database.read.selectFrom('jobs').select(['job_id', 'pilot_id']).where('status', '=', 'Matched').where('job_type', '=', 'User').where('site', '=', site).limit(1).execute(); // prettier-ignore
    const holder = nodes.find(({ pilotId }) => pilotId === held?.pilot_id);
    await holder?.report({ ...ranWell({ ...elsewhere[0], jobId: held?.job_id ?? first, attempt: 1 } as never) });
    expect(await waiting).toHaveLength(1);
    expect(await askAll(nodes)).toBe(0);
    expect(await miscounted(grid.database)).toEqual([]);
  });

  it('count what they name: a group, a person, all', async () => {
    const grid = await start();
    const limits: SiteLimit[] = [
      { site, jobs: {}, running: 12 },
      { site, jobs: { ownerGroup: 'atlas' }, running: 5 },
      { site, jobs: { ownerGroup: 'atlas', owner: 'bob' }, running: 1 },
    ];
    await saveOperatorPolicy(grid, { limits });
    for (const owner of ['alice', 'bob']) await submitAs(grid.database, personOf('atlas', owner), 20);
    await submitAs(grid.database, personOf('cta'), 20);
    expect(await askAll(await pilots(grid, 16), 2)).toBe(12);
    const rows = await grid.database.read.selectFrom('running_counts').select(['owner_group', 'owner', 'n']).execute();
    const counted = Object.fromEntries(rows.map(({ owner_group, owner, n }) => [`${owner_group}.${owner}`, n]));
    expect(counted).toEqual({ 'atlas.alice': 4, 'atlas.bob': 1, 'cta.alice': 7 });
  });

  it('a delay lets a burst pass and then one at a time, and why says when', async () => {
    const grid = await start();
    await saveOperatorPolicy(grid, { limits: [{ site, jobs: {}, delayS: 3600, burst: 3 }] });
    const jobIds = await submit(grid, {}, 10);
    const nodes = await pilots(grid, 8);
    expect(await askAll(nodes, 2)).toBe(3);
    const why = await grid.call(whyJob, { params: { jobId: jobIds.at(-1) ?? 0 } });
    expect(why).toMatchObject({ causes: [{ code: 'MATCHING_DELAY', resources: 1 }] });
    // An hour later, by the database.
    await grid.database.transaction((tx) => sql`update matching_delays set due_ms = due_ms - 3600000`.execute(tx));
    expect(await askAll(nodes, 2)).toBe(1);
  });

  it('why names the limit that is full', async () => {
    const grid = await start();
    await saveOperatorPolicy(grid, { limits: [{ site, jobs: {}, running: 1 }] });
    const [, second = 0] = await submit(grid, {}, 2);
    const [node] = await pilots(grid, 1);
    expect(await node?.match()).toHaveLength(1);
    expect(await grid.call(whyJob, { params: { jobId: second } })).toMatchObject({
      causes: [{ code: 'SITE_LIMIT', text: expect.stringContaining('at most 1') as string }],
    });
  });

  it('of a banned site no job is taken, but Test jobs; other VOs and other sites go on; lifting the ban lets waiting pilots have them', async () => {
    const grid = await start();
    await savePolicy(grid, { bannedSites: { [site]: 'the cooling is down' } });
    const [jobId = 0] = await submit(grid);
    await submitAs(grid.database, personOf('other', 'bob', 'other'), 1);
    const [node] = await pilots(grid, 1);
    expect(await node?.match()).toEqual([]);
    expect(await grid.call(whyJob, { params: { jobId } })).toMatchObject({
      causes: [{ code: 'SITE_NOT_ACTIVE', text: expect.stringContaining('the cooling is down') as string }],
    });
    const [test] = await submit(grid, { jobType: 'Test' });
    expect(await node?.match()).toMatchObject([{ jobId: test }]);
    await saveOperatorPolicy(grid, { bannedSites: { [site]: 'security' } });
    await savePolicy(grid, { bannedSites: {} });
    const held = node?.match({ waitMs: 20_000 });
    await saveOperatorPolicy(grid, { bannedSites: {} });
    expect(await held).toMatchObject([{ jobId }]);
  });

  it('what runs is counted right through kills, losses, ends and restarts of the server', async () => {
    const grid = await start();
    const jobIds = await submit(grid, {}, 12);
    const [one, two] = await pilots(grid, 2);
    const got = [...((await one?.match({ slots: 4 })) ?? []), ...((await two?.match({ slots: 4 })) ?? [])];
    await one?.report(...got.slice(0, 2).map((job) => ranWell(job)));
    await grid.call(killJobs, { body: { jobIds } });
    await grid.restart();
    await one?.report({ ...ranWell(got[3] as never), statuses: [{ sequence: 1, status: 'Killed', minorStatus: 'Received Kill signal' }] });
    await two?.report({ ...ranWell(got[4] as never), statuses: [{ sequence: 1, status: 'Rescheduled', minorStatus: 'no disk' }] });
    expect(await miscounted(grid.database)).toEqual([]);
  });
});

describe('a limit', () => {
  it('takes what its jobs say and nothing else, gives back what was not used, and says what it is', () => {
    const queue = { taskQueueId: 1, vo: 'v', ownerGroup: 'g', owner: 'o', requirements: requirementsOf({ executable: 'x' }) };
    const limits = createLimits({ operator: { voShares: {}, bannedSites: {}, limits: [], correctors: [] }, vos: new Map() }, [{ limit: { site: 'S', jobs: { vo: 'v', owner: 'o' }, running: 2 }, running: 1, dueMs: 0 }], 0); // prettier-ignore
    expect(limits.limitOf(queue, 'S')).toBeUndefined();
    limits.take(queue, 'S');
    expect(limits.limitOf(queue, 'S')).toEqual({ code: 'SITE_LIMIT', offered: '2 running at S', needed: 'at most 2 of vo v, owner o' });
    expect(limits.limitOf(queue, 'T')).toBeUndefined();
    expect(limits.limitOf({ ...queue, owner: 'p' }, 'S')).toBeUndefined();
    limits.giveBack(queue, 'S');
    expect(limits.limitOf(queue, 'S')).toBeUndefined();
  });
});
