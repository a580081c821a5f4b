import { getJob, submitJobs, whyJob } from '@diraclab/contract';
import type { JobDescription } from '@diraclab/contract';
import fc from 'fast-check';
import { describeGrid } from '../testing/test-grid.ts';
import { rejection, rejectionCodes } from './matcher.ts';
import type { Offer } from './matcher.ts';
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
  const offer: Offer = { vo: 'a', site: 'S1', platform: 'p1', tags: ['t1', 't2'], processors: 4, ramMB: 4000, cpuTimeLeftS: 90_000 };
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
    ['MISSING_TAG', queue({ wholeNode: true })],
    ['TOO_FEW_PROCESSORS', queue({ minNumberOfProcessors: 5, maxNumberOfProcessors: 9 })],
    ['TOO_FEW_GPUS', queue({ numberOfGpus: 1 })],
  ])('says %s', (code, of) => {
    expect(rejection(of, offer)?.code).toBe(code);
  });

  it('are asked in the order of their list: what breaks all of them is refused by one after the other', () => {
    const worst = queue({ sites: ['S2'], bannedSites: ['S1'], platforms: ['p2'], tags: ['t3'], cpuTimeS: 100_000, numberOfProcessors: 5, minRamMB: 4001 }, 'b'); // prettier-ignore
    const mended = [
      { vo: 'b' },
      { site: 'S2' },
      {},
      { platform: 'p2' },
      { tags: ['t3'] },
      { cpuTimeLeftS: 200_000 },
      { processors: 8 },
      { ramMB: 8000 },
    ];
    const codes = mended.map((_, n) => rejection({ ...worst, requirements: { ...worst.requirements, ...(n > 1 ? { sites: ['S1'] } : {}), ...(n > 2 ? { bannedSites: [] } : {}) } }, { ...offer, ...Object.assign({}, ...mended.slice(0, n).filter((_, i) => i !== 1)) })?.code); // prettier-ignore
    expect(codes).toEqual([...rejectionCodes]);
  });

  it('GPUs are needed in number and size, and only where they are asked for', () => {
    const says = (needs: Partial<JobDescription>) => rejection(queue(needs), { ...offer, gpus: 2, gpuRamMB: 16_000 })?.code;
    expect([says({ numberOfGpus: 2, gpuRamMB: 16_000 }), says({}), says({ numberOfGpus: 0 })]).toEqual([undefined, undefined, undefined]);
    expect([says({ numberOfGpus: 3 }), says({ numberOfGpus: 1, gpuRamMB: 16_001 })]).toEqual(['TOO_FEW_GPUS', 'TOO_LITTLE_GPU_MEMORY']);
    expect(canonical(requirementsOf(job({ numberOfGpus: 0 })))).toBe(canonical(requirementsOf(job())));
  });

  it('agree with a reference predicate on anything', () => {
    const names = fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { maxLength: 3 });
    const needs = fc.record({
      sites: names, bannedSites: names, tags: names, platforms: names, cpuTimeS: fc.integer({ min: 1, max: 200_000 }),
      numberOfProcessors: fc.integer({ min: 1, max: 4 }), minRamMB: fc.integer({ min: 0, max: 4 }),
    }); // prettier-ignore
    const offers = fc.record({
      site: fc.constantFrom('x', 'y', 'z'), platform: fc.constantFrom('x', 'y', 'z'), tags: names, processors: fc.integer({ min: 1, max: 4 }),
      ramMB: fc.integer({ min: 0, max: 4 }), cpuTimeLeftS: fc.integer({ min: 0, max: 200_000 }),
    }); // prettier-ignore
    fc.assert(
      fc.property(needs, offers, (need, has) => {
        const fits =
          (need.sites.length === 0 || need.sites.includes(has.site)) && !need.bannedSites.includes(has.site) &&
          (need.platforms.length === 0 || need.platforms.includes(has.platform)) && need.tags.every((tag) => has.tags.includes(tag)) &&
          cpuTimeBin(need.cpuTimeS) <= has.cpuTimeLeftS && need.numberOfProcessors <= has.processors && need.minRamMB <= has.ramMB; // prettier-ignore
        expect(rejection(queue(need), { vo: 'a', ...has }) === undefined).toBe(fits);
      }),
      { numRuns: 2000 },
    );
  });

  it('equal needs share a queue, whatever order they are written in', () => {
    expect(canonical(requirementsOf(job({ tags: ['b', 'a', 'b'], cpuTimeS: 7000 })))).toBe(
      canonical(requirementsOf(job({ cpuTimeS: 20_000, tags: ['a', 'b'] }))),
    );
    expect(canonical(requirementsOf(job({ sites: ['ANY'] })))).toBe(canonical(requirementsOf(job())));
  });
});
