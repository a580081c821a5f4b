import { groupFailures, submitJobs, whyJobs } from '@diraclab/contract';
import type { JobDescription } from '@diraclab/contract';
import { describeGrid, ranWell } from '../testing/test-grid.ts';
import type { TestGrid, TestPilot } from '../testing/test-grid.ts';
import { mergeFailures } from './group-failures.ts';
import { signatureOf } from './signature.ts';

describeGrid('why, of many', (start) => {
  const submit = async ({ call }: TestGrid, n: number, needs: Partial<JobDescription> = {}) =>
    (await call(submitJobs, { body: { description: { executable: 'x', jobGroup: 'fit', ...needs }, parameters: Array.from({ length: n }, (_, x) => ({ x })), force: true } })).jobIds; // prettier-ignore
  const fit = { where: [{ field: 'jobGroup' as const, operator: 'eq' as const, values: ['fit'] }] };

  async function run(node: TestPilot, slots: number, exitCode: (n: number) => number, application?: (n: number) => string): Promise<void> {
    const jobs = await node.match({ slots, processors: slots });
    const reports = jobs.map((job, n) => ranWell(job, exitCode(n)));
    if (application !== undefined)
      reports.forEach(({ statuses }, n) => Object.assign(statuses.at(-1) ?? {}, { applicationStatus: application(n) }));
    await node.report(...reports);
  }

  it('equal reasons are one line with a count and an example, each queue explained once', async () => {
    const grid = await start();
    const node = await grid.pilot();
    await run(node, 5, () => 0);
    const [gpu = 0] = await submit(grid, 7, { tags: ['GPU'] });
    await submit(grid, 2, { minRamMB: 50_000 });
    await submit(grid, 3, { minRamMB: 60_000 });
    const [plain = 0] = await submit(grid, 4);
    await submit(grid, 1, { jobGroup: 'other' });
    await run(node, 2, (n) => n);
    const { groups, jobs, next } = await grid.call(whyJobs, { body: fit });
    expect([jobs, next]).toEqual([16, null]);
    expect(groups.map(({ status, code, jobs: n }) => [status, code, n])).toEqual([
      ['Waiting', 'MISSING_TAG', 7],
      ['Waiting', 'TOO_LITTLE_MEMORY', 3],
      ['Waiting', 'TOO_LITTLE_MEMORY', 2],
      ['Waiting', 'NO_FREE_SLOT', 2],
      ['Done', 'exit', 1],
      ['Failed', 'exit', 1],
    ]);
    expect(groups[0]).toMatchObject({
      exampleJobId: gpu,
      actor: 'you',
      fits: { now: 0, of: 1 },
      next: expect.stringContaining('tag') as string,
    });
    expect(groups[5]).toMatchObject({ exampleJobId: plain + 1, text: 'Failed: exit code 1' });
    expect((await grid.call(whyJobs, { body: {} })).jobs).toBe(17);
    await expect(grid.call(whyJobs, { body: { after: 'x' } })).rejects.toMatchObject({ code: 'BadRequest' });
    expect(await grid.call(whyJobs, { body: { ...fit, after: String(plain - 1) } })).toMatchObject({ jobs: 4 });
  });

  it('five hundred equal failures are one line, with the site that alone has them', async () => {
    const grid = await start();
    await submit(grid, 60);
    const [good, bad] = [await grid.pilot('GOOD.site'), await grid.pilot('BAD.site')];
    await run(good, 20, () => 0);
    await run(bad, 25, () => 1, (n) => `/tmp/pilot${n}/fit.sh ended with exit code 1: cannot open /data/run${n}.root`); // prettier-ignore
    await run(
      good,
      10,
      () => 2,
      () => 'bad input',
    );
    await run(
      bad,
      5,
      () => 2,
      () => 'bad input',
    );
    const { failures, jobs } = await grid.call(groupFailures, { body: fit });
    expect(jobs).toBe(40);
    expect(failures.map(({ jobs: n, site, onlyHere, exitCode }) => [n, site, onlyHere, exitCode])).toEqual([
      [25, 'BAD.site', true, 1],
      [10, 'GOOD.site', false, 2],
      [5, 'BAD.site', false, 2],
    ]);
    expect(failures[0]).toMatchObject({
      signature: 'Application Finished With Errors: …/fit.sh ended with exit code <n>: cannot open …/run<n>.root',
      sample: expect.stringContaining('/data/run24.root') as string,
    });
    // Asked of the failed alone, what others do counts all the same.
    const failed = { where: [...fit.where, { field: 'status' as const, operator: 'eq' as const, values: ['Failed'] }] };
    expect((await grid.call(groupFailures, { body: failed })).failures[0]?.onlyHere).toBe(true);
  });
});

describe('the signature of a failure', () => {
  it.each([
    ['ended at 2026-11-23T10:00:01.5Z after 12.5 s', 'ended at <time> after <n> s'],
    ['job 123 of 0b5c1f1e-95a1-4a49-8c6e-0d9b4f3c2a11', 'job <n> of <id>'],
    ['sha256 deadbeef0123 differs', 'sha<n> <id> differs'],
    ['/a/b c/d.txt: no such file', '…/b c/d.txt: no such file'],
    ['no space left on this node', 'no space left on this node'],
  ])('of "%s" is "%s"', (sentence, signature) => expect(signatureOf(sentence)).toBe(signature));

  it('is made in time that does not explode, whatever the payload writes', () => {
    const hostile = ['/'.repeat(200_000), `/${'a/'.repeat(100_000)}`, '0-'.repeat(100_000), 'f'.repeat(200_000)];
    for (const text of hostile) expect(signatureOf(text).length).toBeLessThanOrEqual(200);
  });

  it('equal ones of different sentences are counted together', () => {
    const failure = {
      site: 'S',
      endReason: 'exit' as const,
      exitCode: 1,
      minorStatus: 'm',
      firstMs: 5,
      lastMs: 9,
      jobs: 2,
      newestId: 4,
      applicationStatus: 'line 7',
    };
    const merged = mergeFailures([failure, { ...failure, applicationStatus: 'line 8', firstMs: 1, newestId: 9 }], new Set());
    expect(merged).toMatchObject([
      { jobs: 4, sampleJobId: 9, sample: 'm: line 8', signature: 'm: line <n>', firstTime: '1970-01-01T00:00:00.001Z', onlyHere: false },
    ]);
  });
});
