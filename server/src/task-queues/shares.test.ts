import type { ShareCorrector } from '@diraclab/contract';
import { addUse } from '../matching-policy/share-usage-store.ts';
import { saveOperatorPolicy, savePolicy } from '../testing/save-policy.ts';
import { personOf, submitAs } from '../testing/submit-as.ts';
import { describeGrid } from '../testing/test-grid.ts';
import type { TestGrid } from '../testing/test-grid.ts';

/** The claims log: which group each claim went to, in order. */
async function claimsLog({ database }: TestGrid): Promise<string[]> {
  const rows = await database.read
    .selectFrom('attempts as a')
    .innerJoin('jobs as j', 'j.job_id', 'a.job_id')
    .select(['j.owner_group', 'j.owner'])
    .orderBy('a.matched_ms')
    .execute();
  return rows.map(({ owner_group, owner }) => `${owner_group}.${owner}`);
}

const partOf = (log: readonly string[], start: string): number => log.filter((name) => name.startsWith(start)).length / log.length;

/** Pilots that ask at once, a few rounds of them, for one job or several. */
async function manyAsk(grid: TestGrid, rounds: number): Promise<void> {
  const nodes = await Promise.all(Array.from({ length: 8 }, () => grid.pilot()));
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all(nodes.map((node, i) => node.match({ slots: i % 2 === 0 ? 1 : 3, processors: 4, tags: i % 3 === 0 ? ['GPU'] : [] })));
  }
}

const corrector: ShareCorrector = { across: 'groups', measure: 'cpuTime', timeSpanS: 86_400, weight: 1, maxCorrection: 3 };

describeGrid('shares', (start) => {
  it('are what the log of claims shows, within 5 %, in each of its parts: all groups have work, people and queues differ', async () => {
    const grid = await start();
    await savePolicy(grid, { groupShares: { atlas: 4000, cta: 2500, wenmr: 500 } });
    for (const ownerGroup of ['atlas', 'cta', 'wenmr', 'biomed']) {
      await submitAs(grid.database, personOf(ownerGroup, 'alice'), 250);
      await submitAs(grid.database, personOf(ownerGroup, 'alice'), 50, { tags: ['GPU'] });
      await submitAs(grid.database, personOf(ownerGroup, 'bob'), 200, { minRamMB: 100 });
    }
    await manyAsk(grid, 20);
    const log = await claimsLog(grid);
    expect(log.length).toBeGreaterThanOrEqual(300);
    const expected = { atlas: 0.5, cta: 0.3125, wenmr: 0.0625, biomed: 0.125 };
    for (const window of [log, log.slice(0, 100), log.slice(100, 200), log.slice(-100)]) {
      for (const [group, part] of Object.entries(expected)) expect(Math.abs(partOf(window, `${group}.`) - part)).toBeLessThanOrEqual(0.05);
    }
    expect(Math.abs(partOf(log, 'atlas.alice') - partOf(log, 'atlas.bob'))).toBeLessThanOrEqual(0.05);
  });

  it('are corrected by what was used of late, and no further than allowed', async () => {
    const grid = await start();
    await grid.database.transaction(async (tx, nowMs) => {
      await addUse(tx, [{ vo: 'laptop', ownerGroup: 'greedy', jobs: 10, cpuTimeS: 9_000 }, { vo: 'laptop', ownerGroup: 'modest', jobs: 10, cpuTimeS: 1_000 }], nowMs - 3_600_000); // prettier-ignore
      await addUse(tx, [{ vo: 'laptop', ownerGroup: 'modest', jobs: 10, cpuTimeS: 1_000_000 }], nowMs - 2 * 86_400_000); // prettier-ignore
    });
    for (const ownerGroup of ['greedy', 'modest']) await submitAs(grid.database, personOf(ownerGroup), 500);
    await saveOperatorPolicy(grid, { correctors: [corrector] });
    await manyAsk(grid, 12);
    const log = await claimsLog(grid);
    // 1/2 of the share against 9/10 of the use: 0.56; against 1/10: 5, but at most 3.
    expect(Math.abs(partOf(log, 'greedy.') - 0.5556 / 3.5556)).toBeLessThanOrEqual(0.05);
  });

  it('count what jobs used, of running ones too, without a statement of their own on the way', async () => {
    const grid = await start();
    const [jobId = 0] = await submitAs(grid.database, personOf('atlas'), 1);
    const node = await grid.pilot();
    expect(await node.match()).toMatchObject([{ jobId, attempt: 1 }]);
    const running = { jobId, attempt: 1, statuses: [{ sequence: 1, status: 'Running' as const, minorStatus: 'Application' }] };
    await node.report({ ...running, cpuTimeUsedS: 30 });
    await node.report({ ...running, cpuTimeUsedS: 50 });
    const used = () => grid.database.read.selectFrom('share_usage').select(['owner_group', 'jobs', 'cpu_time_s']).execute();
    for (let i = 0; i < 200 && (await used()).length === 0; i += 1) await new Promise((resolve) => setTimeout(resolve, 100));
    const rows = await used();
    expect([rows.reduce((sum, { jobs }) => sum + jobs, 0), rows.reduce((sum, row) => sum + row.cpu_time_s, 0)]).toEqual([1, 50]);
  });

  it('a tag of high priority comes first within the VO, from the moment it is saved', async () => {
    const grid = await start();
    await submitAs(grid.database, personOf('atlas'), 50);
    const urgent = await submitAs(grid.database, personOf('atlas', 'bob'), 5, { tags: ['COVID-19'] });
    const node = await grid.pilot();
    const offer = { slots: 4, processors: 4, tags: ['COVID-19'] };
    expect((await node.match(offer)).filter(({ jobId }) => urgent.includes(jobId))).toHaveLength(2);
    await savePolicy(grid, { highPriorityTags: ['COVID-19'] });
    expect((await node.match(offer)).filter(({ jobId }) => urgent.includes(jobId))).toHaveLength(3);
  });
});
