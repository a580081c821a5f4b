import {
  getOperatorMatchingPolicy, getSiteMask, getVoMatchingPolicy, previewMatchingPolicy, saveVoMatchingPolicy, searchJobs,
} from '@diraclab/contract'; // prettier-ignore
import type { OperatorMatchingPolicy, ShareCorrector } from '@diraclab/contract';
import { managesVo, operates } from '../identity/policies.ts';
import { saveOperatorPolicy, savePolicy } from '../testing/save-policy.ts';
import { personOf, submitAs } from '../testing/submit-as.ts';
import { describeGrid } from '../testing/test-grid.ts';
import { noPolicy, sharesOf } from './policy.ts';

describeGrid('matching policies', (start) => {
  it('have versions, which stay; who changes an old one is told', async () => {
    const grid = await start();
    expect(await grid.call(getVoMatchingPolicy, { query: {} })).toMatchObject({ vo: 'laptop', version: 0, author: null, time: null });
    await savePolicy(grid, { groupShares: { atlas: 10 } });
    await savePolicy(grid, { groupShares: { atlas: 20 } });
    expect(await grid.call(getVoMatchingPolicy, { query: {} })).toMatchObject({ version: 2, policy: { groupShares: { atlas: 20 } } });
    expect(await grid.call(getVoMatchingPolicy, { query: { version: 1 } })).toMatchObject({ policy: { groupShares: { atlas: 10 } } });
    await expect(grid.call(getVoMatchingPolicy, { query: { version: 3 } })).rejects.toMatchObject({ code: 'NotFound' });
    const { policy } = await grid.call(getVoMatchingPolicy, { query: { version: 1 } });
    await expect(grid.call(saveVoMatchingPolicy, { body: { ifVersion: 1, policy } })).rejects.toMatchObject({ code: 'VersionConflict', ids: { version: 2 } }); // prettier-ignore
    await expect(grid.call(saveVoMatchingPolicy, { body: { ifVersion: 9, policy } })).rejects.toMatchObject({ code: 'VersionConflict' });
    const both = [1, 2].map(() => grid.call(saveVoMatchingPolicy, { body: { ifVersion: 2, policy } }));
    const outcomes = (await Promise.allSettled(both)).map(({ status }) => status);
    expect(outcomes.sort()).toEqual(['fulfilled', 'rejected']);
    await grid.restart();
    expect((await grid.call(getVoMatchingPolicy, { query: {} })).version).toBe(3);
    expect((await grid.call(getOperatorMatchingPolicy, { query: {} })).version).toBe(0);
  });

  it('the site mask says who banned a site and why; names that every object has are nothing special', async () => {
    const grid = await start();
    await saveOperatorPolicy(grid, { bannedSites: { 'LCG.CERN.cern': 'downtime' }, voShares: { constructor: 5 } });
    await savePolicy(grid, { bannedSites: { 'LCG.RAL.uk': 'slow' }, groupShares: { ['__proto__x']: 5 } });
    expect((await grid.call(getSiteMask, {})).banned).toEqual([
      { site: 'LCG.CERN.cern', by: 'operator', reason: 'downtime' },
      { site: 'LCG.RAL.uk', by: 'vo', reason: 'slow' },
    ]);
  });

  it('a preview says what then happens, and changes nothing', async () => {
    const grid = await start();
    await submitAs(grid.database, personOf('atlas'), 300);
    await submitAs(grid.database, personOf('cta'), 300);
    const urgent = await submitAs(grid.database, personOf('cta', 'bob'), 20, { tags: ['COVID-19'] });
    const node = await grid.pilot();
    const offer = { slots: 1, tags: ['COVID-19'] };
    await node.match(offer);
    const vo = { groupShares: { atlas: 3000 }, highPriorityTags: ['COVID-19'], bannedSites: {} };
    const preview = await grid.call(previewMatchingPolicy, { body: { vo, claims: 200 } });
    expect(preview).toMatchObject({ claims: 200, pilots: 1 });
    const partOf = (ownerGroup: string) => preview.groups.find((group) => group.ownerGroup === ownerGroup);
    expect(partOf('cta')?.partNow).toBeCloseTo(0.5, 1);
    const [queue] = preview.queues.filter(({ tags }) => tags.includes('COVID-19'));
    expect(queue).toMatchObject({ owner: 'bob', waiting: 20, firstThen: 1, jobsThen: 20 });
    expect(queue?.firstNow).toBeGreaterThan(1);
    expect((await grid.call(getVoMatchingPolicy, { query: {} })).version).toBe(0);

    await savePolicy(grid, vo);
    const first = (await node.match({ ...offer, slots: 20, processors: 20 })).map(({ jobId }) => jobId);
    expect(first.filter((jobId) => urgent.includes(jobId)).length).toBeGreaterThanOrEqual(19);
    let atlas = 0;
    for (let i = 0; i < 18; i += 1) atlas += (await node.match({ ...offer, slots: 10, processors: 10 })).filter(({ ownerGroup }) => ownerGroup === 'atlas').length; // prettier-ignore
    expect(Math.abs(atlas / 200 - (partOf('atlas')?.partThen ?? 0))).toBeLessThanOrEqual(0.05);
    expect((await grid.call(searchJobs, { body: {} })).total).toBeGreaterThan(0);
  });

  it('with no pilot alive a preview shows the order alone', async () => {
    const grid = await start();
    for (const group of ['atlas', 'cta']) await submitAs(grid.database, personOf(group), 50);
    const preview = await grid.call(previewMatchingPolicy, { body: { vo: { groupShares: { atlas: 4000 }, highPriorityTags: [], bannedSites: {} }, claims: 50 } }); // prettier-ignore
    expect(preview.pilots).toBe(0);
    expect(preview.groups.find(({ ownerGroup }) => ownerGroup === 'atlas')).toMatchObject({ waiting: 50, partNow: 0.5, partThen: 0.8 });
  });
});

describe('who may change policies', () => {
  it('is the VO manager for the VO and the operator for the service; a pilot never', () => {
    const caller = { ...personOf('g'), properties: new Set(['VOManager'] as const) };
    expect([managesVo(caller), operates(caller)]).toEqual([true, false]);
    const operator = { ...caller, properties: new Set(['Operator'] as const) };
    expect([managesVo(operator), operates(operator)]).toEqual([false, true]);
    expect([managesVo(personOf('g')), operates(personOf('g')), operates({ ...operator, kind: 'pilot' })]).toEqual([false, false, false]);
  });
});

describe('corrected shares', () => {
  const corrector: ShareCorrector = { across: 'groups', measure: 'jobs', timeSpanS: 3600, weight: 1, maxCorrection: 4 };
  const policy = { ...noPolicy, operator: { ...noPolicy.operator, correctors: [corrector] } as OperatorMatchingPolicy };
  const groups = ['a', 'b', 'c'].map((ownerGroup) => ({ vo: 'v', ownerGroup }));
  const factors = (used: Record<string, number>, more: Partial<ShareCorrector> = {}) => {
    const measured = [{ corrector: { ...corrector, ...more }, used: Object.entries(used).map(([ownerGroup, amount]) => ({ vo: 'v', ownerGroup, amount })) }]; // prettier-ignore
    const shares = sharesOf(policy, groups, measured);
    return groups.map((group) => shares.group(group) / 1000);
  };

  it('are what should be over what was, within bounds; nothing used at all corrects nothing', () => {
    expect(factors({ a: 50, b: 25, c: 25 })).toEqual([2 / 3, 4 / 3, 4 / 3].map((n) => expect.closeTo(n) as number));
    expect(factors({ a: 100 })).toEqual([expect.closeTo(1 / 3), 4, 4]);
    expect(factors({})).toEqual([1, 1, 1]);
  });

  it('a VO is corrected among VOs alone', () => {
    expect(factors({ a: 100 }, { across: 'vos' })).toEqual([1, 1, 1]);
  });
});
