import { searchJobs, submitJobs } from '@diraclab/contract';
import type { JobDescription, Submission } from '@diraclab/contract';
import { rejection } from '../task-queues/matcher.ts';
import { describeGrid } from '../testing/test-grid.ts';
import type { TestGrid } from '../testing/test-grid.ts';
import { checkFit } from './check-fit.ts';
import { aResource } from './testing.ts';

const alice = { vo: 'v', owner: 'alice', ownerGroup: 'users' };
const job = (needs: Partial<JobDescription> = {}): JobDescription => ({ executable: '/bin/true', ...needs });
const check = (needs: Partial<JobDescription>, resources = [aResource({ site: 'LCG.CERN.cern' }), aResource({ site: 'LCG.CNAF.it', processors: 64, ramMB: 4000 })], sites?: string[]) =>
  checkFit(job(needs), alice, resources, rejection, sites); // prettier-ignore

describe('before a job is accepted', () => {
  it.each([
    [{ numberOfProcessors: 65 }, 'it asks for 65 processors, and the largest has 64 processors', 'numberOfProcessors 64'],
    [{ minRamMB: 32_768 }, 'it asks for 32 GiB of memory, and the largest has 16,000 MB of memory', 'minRamMB 16000'],
    [{ cpuTimeS: 1_000_000 }, 'it asks for 1,080,000 s of CPU time, and the largest has 86,400 s', 'cpuTimeS 86400'],
  ])('%j can never run: the need is named, and the nearest value that fits', (needs, detail, next) => {
    const { refusal, fits } = check(needs);
    expect(fits).toEqual({ now: 0, of: 2 });
    expect(refusal).toMatchObject({
      code: 'NeverFits',
      message: expect.stringContaining(detail) as string,
      next: expect.stringContaining(next) as string,
    });
  });

  it('what no resource has together, or offers now, is a warning: one may come', () => {
    for (const needs of [
      { tags: ['GPU'] },
      { platforms: ['arm'] },
      { bannedSites: ['LCG.CERN.cern', 'LCG.CNAF.it'] },
      { numberOfProcessors: 64, minRamMB: 8000 },
    ]) {
      const { refusal, fits, warnings } = check(needs);
      expect([refusal, fits.now, warnings.length]).toEqual([undefined, 0, 1]);
    }
    expect(check({})).toEqual({ fits: { now: 2, of: 2 }, warnings: [], refusal: undefined });
  });

  it('nothing is called impossible by what is not known: no resource yet, or one only heard while it was busy', () => {
    expect(check({ numberOfProcessors: 999 }, [])).toMatchObject({ fits: { now: 0, of: 0 }, refusal: undefined });
    expect(check({ numberOfProcessors: 999 }, [aResource(), aResource({ site: 'S2' }, { whole: false })])).toMatchObject({
      refusal: undefined,
    });
    expect(check({ numberOfProcessors: 999 }, [aResource({ vo: 'other' })])).toMatchObject({ fits: { now: 0, of: 0 }, refusal: undefined });
  });

  it('the first submission on a laptop is held against its slots; what its pilot has yet to say is no reason', () => {
    const silent = [aResource({ site: 'L', platform: '', processors: 8 }, { spoken: false })];
    expect(check({ numberOfProcessors: 8, platforms: ['linux'], tags: ['x'] }, silent, ['L'])).toEqual({
      fits: { now: 1, of: 1 },
      warnings: [],
      refusal: undefined,
    });
    expect(check({ numberOfProcessors: 9 }, silent, ['L']).refusal).toMatchObject({ code: 'NeverFits' });
  });

  it('a site nobody knows is a warning with the name that was meant, and refused where all sites are configured', () => {
    const sentence = 'No pilot of your VO is known at LCG.CERN.ch. Did you mean LCG.CERN.cern?';
    expect(check({ sites: ['LCG.CERN.ch'] }).warnings[0]).toBe(sentence);
    expect(check({ sites: ['LCG.CERN.ch', 'LCG.CNAF.it'] })).toMatchObject({
      fits: { now: 1, of: 2 },
      warnings: [sentence],
      refusal: undefined,
    });
    expect(check({ sites: ['LCG.CERN.ch'] }).refusal).toBeUndefined();
    expect(check({ sites: ['LCG.CERN.ch'] }, undefined, ['LCG.CERN.cern', 'LCG.CNAF.it']).refusal).toMatchObject({
      code: 'NeverFits',
      message: sentence,
    });
  });
});

describeGrid('checks at submission', (start) => {
  const submit = ({ call }: TestGrid, body: Submission) => call(submitJobs, { body });
  const count = async ({ call }: TestGrid) => (await call(searchJobs, { body: {} })).total;

  it('what can never run is refused and leaves nothing behind; force takes it', async () => {
    const grid = await start();
    await (await grid.pilot()).match();
    const description = job({ numberOfProcessors: 5 });
    await expect(submit(grid, { description })).rejects.toMatchObject({
      code: 'NeverFits',
      next: expect.stringContaining('at most 4 processors') as string,
    });
    await expect(submit(grid, { description, parameters: [{ a: 1 }, { a: 2 }] })).rejects.toMatchObject({ code: 'NeverFits' });
    expect(await count(grid)).toBe(0);
    const forced = await submit(grid, { description, force: true });
    expect(forced).toMatchObject({ fits: { now: 0, of: 1 }, warnings: [expect.stringContaining('the job asks for 5')] });
    expect(await count(grid)).toBe(1);
  });

  it('what was accepted under a key stays accepted, whatever is known since', async () => {
    const grid = await start();
    const submission = { description: job({ numberOfProcessors: 5 }), idempotencyKey: 'k' };
    const first = await submit(grid, submission);
    expect(first).toMatchObject({ repeated: false, fits: { now: 0, of: 0 } });
    await (await grid.pilot()).match();
    expect(await submit(grid, submission)).toMatchObject({ jobIds: first.jobIds, repeated: true });
    await expect(submit(grid, { ...submission, idempotencyKey: 'other' })).rejects.toMatchObject({ code: 'NeverFits' });
  });

  it('a dry run says what would be, uses up no key and inserts nothing', async () => {
    const grid = await start();
    await (await grid.pilot()).match();
    const input = { path: 'not-there', digest: '0'.repeat(64), sizeBytes: 1 };
    const submission = { description: job({ inputSandbox: [input] }), parameters: [{ a: 1 }, { a: 2 }], idempotencyKey: 'k', dryRun: true };
    expect(await submit(grid, submission)).toMatchObject({
      jobIds: [],
      repeated: false,
      fits: { now: 1, of: 1 },
      dryRun: { jobs: 2, typicalWait: null },
    });
    await expect(submit(grid, { description: job({ numberOfProcessors: 5 }), dryRun: true })).rejects.toMatchObject({ code: 'NeverFits' });
    expect(await count(grid)).toBe(0);
    expect(await submit(grid, { description: job(), parameters: [{ a: 1 }], idempotencyKey: 'k' })).toMatchObject({ repeated: false });
  });
});
