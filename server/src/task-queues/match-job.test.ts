import { getJob, submitJobs, whyJob } from '@diraclab/contract';
import type { JobDescription, MatchedJob } from '@diraclab/contract';
import fc from 'fast-check';
import { personOf, submitAs } from '../testing/submit-as.ts';
import { describeGrid, ranWell } from '../testing/test-grid.ts';
import { createCandidateLists } from './candidate-lists.ts';
import type { PlacedQueue } from './candidate-lists.ts';
import { noLimits, rejection, rejectionCodes } from './matcher.ts';
import type { Offer, Standing } from './matcher.ts';
import { createPlaces } from './places.ts';
import { canonical, cpuTimeBin, requirementsOf } from './requirements.ts';

const job = (needs: Partial<JobDescription> = {}): JobDescription => ({ executable: '/bin/true', ...needs });

describeGrid('matching', (start) => {
  it('a pilot gets only what fits it', async () => {
    const { call, pilot } = await start();
    const needs: Partial<JobDescription>[] = [
      { sites: ['LCG.CERN.cern'] }, { bannedSites: ['DIRAC.Test.local'] }, { tags: ['GPU'] }, { platforms: ['arm64-linux'] },
      { numberOfProcessors: 8 }, { minRamMB: 16_000 }, { cpuTimeS: 1_000_000 },
    ]; // prettier-ignore
    for (const need of needs) await call(submitJobs, { body: { description: job(need) } });
    const node = await pilot();
    expect(await node.match({ slots: 10 })).toEqual([]);
    expect(
      await node.match({ slots: 10, tags: ['GPU'], platform: 'arm64-linux', processors: 16, ramMB: 16_000, cpuTimeLeftS: 2_000_000 }),
    ).toHaveLength(5);
    expect(await (await pilot('LCG.CERN.cern')).match({ slots: 10 })).toHaveLength(2);
  });

  it('never more GPUs than offered, also where several jobs are given at once', async () => {
    const { call, pilot } = await start();
    for (let i = 0; i < 3; i += 1) await call(submitJobs, { body: { description: job({ numberOfGpus: 2 }) } });
    const node = await pilot();
    expect(await node.match({ slots: 4 })).toEqual([]);
    expect(await node.match({ slots: 4, gpus: 5, gpuRamMB: 8000 })).toHaveLength(2);
    expect(await node.match({ slots: 4, gpus: 1, gpuRamMB: 8000 })).toEqual([]);
    // Of two queues, too: what the first job took the second does not find.
    await call(submitJobs, { body: { description: job({ numberOfGpus: 3 }) } });
    expect(await node.match({ slots: 4, gpus: 4, gpuRamMB: 8000 })).toHaveLength(1);
  });

  it('higher priority first, then the older job; never more processors than offered', async () => {
    const { call, pilot } = await start();
    const submit = async (priority: number, numberOfProcessors = 1) =>
      (await call(submitJobs, { body: { description: job({ priority, numberOfProcessors }) } })).jobIds[0];
    const [low, old, young] = [await submit(0), await submit(5), await submit(5)];
    const node = await pilot();
    expect((await node.match({ slots: 3 })).map(({ jobId }) => jobId)).toEqual([old, young, low]);
    await submit(1, 3);
    await submit(1, 3);
    expect(await node.match({ slots: 4, processors: 4 })).toHaveLength(1);
  });

  it('jobs that fit together fill what is offered: processors, memory, a range of processors, a whole node for one alone', async () => {
    const { call, pilot } = await start();
    const submit = async (needs: Partial<JobDescription>) =>
      (await call(submitJobs, { body: { description: job(needs), parameters: [{ n: 1 }, { n: 2 }, { n: 3 }] } })).jobIds;
    await submit({ minRamMB: 3000 });
    const node = await pilot();
    expect(await node.match({ slots: 4, processors: 4, ramMB: 8000 })).toHaveLength(2);
    await node.match({ slots: 4 });
    await submit({ minNumberOfProcessors: 2, maxNumberOfProcessors: 3 });
    expect((await node.match({ slots: 8, processors: 8 })).map(({ processors }) => processors)).toEqual([3, 3, 2]);
    await submit({ wholeNode: true });
    expect(await node.match({ slots: 4, processors: 4 })).toEqual([]);
    expect((await node.match({ slots: 16, processors: 16, wholeNode: true })).map(({ processors }) => processors)).toEqual([16]);
  });

  it('a job of higher priority comes first among all that its owner has waiting, also when it comes later', async () => {
    const { call, pilot } = await start();
    const submit = async (needs: Partial<JobDescription>) => (await call(submitJobs, { body: { description: job(needs) } })).jobIds[0] ?? 0;
    const first = await submit({ minRamMB: 1 });
    await submit({ minRamMB: 1 });
    const node = await pilot();
    expect(await node.match()).toMatchObject([{ jobId: first }]);
    await submit({ minRamMB: 2 });
    const high = await submit({ minRamMB: 1, priority: 9 });
    expect(await node.match()).toMatchObject([{ jobId: high }]);
  });

  it('a pilot that serves every VO takes jobs of each and may see only those', async () => {
    const { pilot, database } = await start();
    const mine = await submitAs(database, personOf('g', 'alice', 'vo-a'), 2);
    await submitAs(database, personOf('g', 'bob', 'vo-b'), 2);
    const node = await pilot();
    await database.transaction((tx) => tx.updateTable('pilots').set({ vo: '*' }).where('pilot_id', '=', node.pilotId).execute());
    const jobs = await node.match({ slots: 4 });
    expect(jobs.map(({ vo }) => vo).sort()).toEqual(['vo-a', 'vo-a', 'vo-b', 'vo-b']);
    expect((await node.report(ranWell(jobs[0] as MatchedJob))).jobs).toMatchObject([{ outcome: 'accepted' }]);
    expect(mine).toHaveLength(2);
  });

  it('two hundred pilots at once never get the same job, and no job is left', async () => {
    const { call, pilot } = await start();
    const { jobIds } = await call(submitJobs, { body: { description: job(), parameters: Array.from({ length: 150 }, (_, x) => ({ x })) } });
    const nodes = await Promise.all(Array.from({ length: 5 }, () => pilot()));
    const asked = Array.from({ length: 40 }, () => nodes.map((node) => node.match())).flat();
    const matched = (await Promise.all(asked)).flatMap((jobs) => jobs.map(({ jobId }) => jobId));
    expect([...matched].sort((a, b) => a - b)).toEqual(jobIds);
  });

  it('a held question is answered by the job that comes', async () => {
    const { call, pilot } = await start();
    const held = (await pilot()).match({ waitMs: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { jobIds } = await call(submitJobs, { body: { description: job() } });
    expect((await held).map(({ jobId }) => jobId)).toEqual(jobIds);
  });

  it('a held question ends with nothing when its time is over', async () => {
    const { pilot } = await start();
    expect(await (await pilot()).match({ waitMs: 300 })).toEqual([]);
  });

  it('what waited before a restart is matched after it', async () => {
    const grid = await start();
    const { jobIds } = await grid.call(submitJobs, { body: { description: job() } });
    await grid.restart();
    expect((await (await grid.pilot()).match()).map(({ jobId }) => jobId)).toEqual(jobIds);
  });

  it('why: no pilot, no pilot that fits, its turn, not waiting', async () => {
    const { call, pilot } = await start();
    const submit = async (needs: Partial<JobDescription>) => (await call(submitJobs, { body: { description: job(needs) } })).jobIds[0] ?? 0;
    const tagged = await submit({ tags: ['GPU'] });
    const why = (jobId: number) => call(whyJob, { params: { jobId } });
    expect(await why(tagged)).toMatchObject({ causes: [{ code: 'NO_PILOT' }] });
    const node = await pilot();
    await node.match();
    expect(await why(tagged)).toMatchObject({
      causes: [{ code: 'MISSING_TAG', resources: 1 }],
      headline: expect.stringContaining('the tag GPU') as string,
    });
    const first = await submit({});
    const second = await submit({});
    expect(await why(second)).toMatchObject({ causes: [{ code: 'TURN' }], order: { ahead: 1 } });
    await node.match();
    expect(await why(first)).toMatchObject({ status: 'Matched', headline: expect.stringContaining('It is not waiting') as string });
    expect((await call(getJob, { params: { jobId: first } })).attempts).toMatchObject([{ attempt: 1, host: 'wn1', outcome: null }]);
  });
});

describe('the matching rules', () => {
  const offer = { vo: 'a', site: 'S1', platform: 'p1', tags: ['t1', 't2'], processors: 4, ramMB: 4000, cpuTimeLeftS: 90_000 };
  const queue = (needs: Partial<JobDescription> = {}, vo = 'a') => ({
    taskQueueId: 1,
    vo,
    owner: 'o',
    ownerGroup: 'g',
    requirements: requirementsOf(job(needs)),
  });

  it.each([
    ['OTHER_VO', queue({}, 'b')],
    ['OTHER_SITE', queue({ sites: ['S2'] })],
    ['BANNED_SITE', queue({ bannedSites: ['S1'] })],
    ['OTHER_PLATFORM', queue({ platforms: ['p2'] })],
    ['MISSING_TAG', queue({ tags: ['t1', 't3'] })],
    ['TOO_LITTLE_TIME', queue({ cpuTimeS: 100_000 })],
    ['TOO_FEW_PROCESSORS', queue({ numberOfProcessors: 5 })],
    ['TOO_LITTLE_MEMORY', queue({ minRamMB: 4001 })],
    ['WHOLE_NODE', queue({ wholeNode: true })],
    ['TOO_FEW_PROCESSORS', queue({ minNumberOfProcessors: 5, maxNumberOfProcessors: 9 })],
    ['TOO_FEW_GPUS', queue({ numberOfGpus: 1 })],
  ])('says %s', (code, of) => {
    expect(rejection(of, offer)?.code).toBe(code);
  });

  it('are asked in the order of their list: what breaks all of them is refused by one after the other, until all are mended', () => {
    let of = queue({ sites: ['S2'], bannedSites: ['S1'], platforms: ['p2'], tags: ['t3'], cpuTimeS: 100_000, wholeNode: true, minRamMB: 4001, numberOfGpus: 3, gpuRamMB: 16_001 }, 'b'); // prettier-ignore
    of.requirements.numberOfProcessors = 5;
    let offered: Offer = { ...offer, soleOwner: 'b/somebody', requiredTags: ['t9'] };
    let standing: Standing = {
      bannedFor: () => 'down',
      limitOf: () => ({ code: 'SITE_LIMIT', offered: '1', needed: '1' }),
    };
    const needs = (change: object): void => void (of = { ...of, requirements: { ...of.requirements, ...change } });
    const offers = (change: Partial<Offer>): void => void (offered = { ...offered, ...change });
    const mends = [
      () => offers({ vo: 'b' }),
      () => offers({ soleOwner: undefined }),
      () => needs({ sites: ['S1'] }),
      () => needs({ bannedSites: [] }),
      () => void (standing = { ...standing, bannedFor: () => undefined }),
      () => offers({ platform: 'p2' }),
      () => offers({ tags: ['t3'] }),
      () => offers({ requiredTags: [] }),
      () => offers({ wholeNode: true }),
      () => offers({ cpuTimeLeftS: 200_000 }),
      () => offers({ processors: 8 }),
      () => offers({ ramMB: 8000 }),
      () => offers({ gpus: 4 }),
      () => offers({ gpuRamMB: 20_000 }),
      () => void (standing = { ...standing, limitOf: () => ({ code: 'MATCHING_DELAY', offered: '1', needed: '1' }) }),
      () => void (standing = noLimits),
    ];
    const codes = mends.map((mend) => {
      const code = rejection(of, offered, standing)?.code;
      mend();
      return code;
    });
    expect(codes).toEqual([...rejectionCodes]);
    expect(rejection(of, offered, standing)).toBeUndefined();
  });

  it('GPUs are needed in number and size, and only where they are asked for', () => {
    const says = (wanted: Partial<JobDescription>) => rejection(queue(wanted), { ...offer, gpus: 2, gpuRamMB: 16_000 })?.code;
    expect([says({ numberOfGpus: 2, gpuRamMB: 16_000 }), says({}), says({ numberOfGpus: 0 })]).toEqual([undefined, undefined, undefined]);
    expect([says({ numberOfGpus: 3 }), says({ numberOfGpus: 1, gpuRamMB: 16_001 })]).toEqual(['TOO_FEW_GPUS', 'TOO_LITTLE_GPU_MEMORY']);
    expect(canonical(requirementsOf(job({ numberOfGpus: 0 })))).toBe(canonical(requirementsOf(job())));
  });

  it.each([
    ['REQUIRED_TAG', queue({ tags: ['t1'] }), { requiredTags: ['t2'] }],
    ['WHOLE_NODE', queue({ wholeNode: true }), {}],
    ['TOO_FEW_PROCESSORS', queue({ wholeNode: true, minNumberOfProcessors: 8 }), { wholeNode: true }],
  ])('says %s by what the pilot adds to its offer', (code, of, more) => {
    expect(rejection(of, { ...offer, ...more })?.code).toBe(code);
    expect(rejection(queue({ tags: ['t2'], numberOfProcessors: 2 }), { ...offer, requiredTags: ['t2', 'MultiProcessor'] })).toBeUndefined();
    expect(rejection(queue({ wholeNode: true }), { ...offer, wholeNode: true, requiredTags: ['WholeNode'] })).toBeUndefined();
  });

  it('agree with a reference predicate on anything, and so do the lists that matching keeps', () => {
    const names = fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { maxLength: 3 });
    const few = fc.uniqueArray(fc.constantFrom('x', 'y', 'z', 'MultiProcessor'), { maxLength: 1 });
    const processors = fc.oneof(
      fc.record({ numberOfProcessors: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ minNumberOfProcessors: fc.integer({ min: 1, max: 4 }), wholeNode: fc.boolean() }),
    );
    const needs = fc.record({
      sites: names, bannedSites: names, tags: names, platforms: names, cpuTimeS: fc.integer({ min: 1, max: 200_000 }),
      processors, minRamMB: fc.integer({ min: 0, max: 4 }), jobType: fc.constantFrom('User', 'Test'),
    }); // prettier-ignore
    const offers = fc.record({
      vo: fc.constantFrom('a', 'b', '*'), site: fc.constantFrom('x', 'y', 'z'), platform: fc.constantFrom('x', 'y', 'z'), tags: names,
      requiredTags: few, wholeNode: fc.boolean(), processors: fc.integer({ min: 1, max: 4 }), ramMB: fc.integer({ min: 0, max: 4 }),
      cpuTimeLeftS: fc.integer({ min: 0, max: 200_000 }),
    }); // prettier-ignore
    fc.assert(
      fc.property(needs, offers, names, fc.boolean(), (need, has, closed: readonly string[], isFull) => {
        const cores = 'numberOfProcessors' in need.processors ? need.processors.numberOfProcessors : need.processors.minNumberOfProcessors;
        const whole = 'wholeNode' in need.processors && need.processors.wholeNode;
        const offersTag = (tag: string): boolean =>
          (need.tags as readonly string[]).includes(tag) || (tag === 'MultiProcessor' && (cores > 1 || whole));
        const fixed =
          (has.vo === 'a' || has.vo === '*') &&
          (need.sites.length === 0 || need.sites.includes(has.site)) && !need.bannedSites.includes(has.site) &&
          (need.platforms.length === 0 || need.platforms.includes(has.platform)) && need.tags.every((tag) => has.tags.includes(tag)) &&
          has.requiredTags.every(offersTag) && (!whole || has.wholeNode) && (need.jobType === 'Test' || !closed.includes(has.site)); // prettier-ignore
        const fits =
          fixed && cpuTimeBin(need.cpuTimeS) <= has.cpuTimeLeftS && cores <= has.processors && need.minRamMB <= has.ramMB && !isFull;
        const { processors: asked, ...others } = need;
        const of = queue({ ...others, ...asked });
        const full = { code: 'SITE_LIMIT' as const, offered: '', needed: '' };
        const standing = {
          bannedFor: (_vo: string, site: string) => (closed.includes(site) ? 'closed' : undefined),
          limitOf: () => (isFull ? full : undefined),
        };
        expect(rejection(of, has, standing) === undefined).toBe(fits);
        const turns = createPlaces().enter(of);
        const placed = new Map<number, PlacedQueue>();
        const lists = createCandidateLists(placed);
        lists.start({ isUrgent: () => false, rules: standing });
        const kept = lists.of({ ...has, processors: 9 });
        lists.add({ ...of, waiting: 1, turns, topPriority: 0, lastServed: 0 });
        expect([...kept.all].length === 1).toBe(fixed);
        expect(lists.of(has)).toBe(kept);
      }),
      { numRuns: 3000 },
    );
  });

  it('equal needs share a queue, whatever order they are written in', () => {
    expect(canonical(requirementsOf(job({ tags: ['b', 'a', 'b'], cpuTimeS: 7000 })))).toBe(
      canonical(requirementsOf(job({ cpuTimeS: 20_000, tags: ['a', 'b'] }))),
    );
    expect(canonical(requirementsOf(job({ sites: ['ANY'] })))).toBe(canonical(requirementsOf(job())));
  });
});
