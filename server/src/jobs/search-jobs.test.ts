import { countJobs, searchJobs, searchFields, submitJobs } from '@diraclab/contract';
import type { Condition, JobQuery } from '@diraclab/contract';
import { describeGrid } from '../testing/test-grid.ts';
import type { TestGrid } from '../testing/test-grid.ts';

async function withJobs(grid: TestGrid): Promise<void> {
  const submit = (jobName: string, n: number, priority = 1) =>
    grid.call(submitJobs, {
      body: {
        description: { executable: 'x', jobName, priority, jobGroup: 'g' },
        parameters: Array.from({ length: n }, (_, i) => ({ i })),
      },
    });
  await submit('fit alpha', 7, 3);
  await submit('100%_done', 5);
  await submit('fit beta', 11);
}

describeGrid('searching', (start) => {
  const names = async (grid: TestGrid, where: Condition[]) => {
    const { jobs, total } = await grid.call(searchJobs, { body: { where, limit: 1000 } });
    expect(total).toBe(jobs.length);
    return [...new Set(jobs.map(({ jobName }) => jobName))].sort();
  };

  it('filters by every operator', async () => {
    const grid = await start();
    await withJobs(grid);
    expect(await names(grid, [{ field: 'jobName', operator: 'like', values: ['fit*'] }])).toEqual(['fit alpha', 'fit beta']);
    expect(await names(grid, [{ field: 'jobName', operator: 'like', values: ['fit ?eta'] }])).toEqual(['fit beta']);
    expect(await names(grid, [{ field: 'jobName', operator: 'like', values: ['100%_done'] }])).toEqual(['100%_done']);
    expect(await names(grid, [{ field: 'jobName', operator: 'like', values: ['100_?done'] }])).toEqual([]);
    expect(await names(grid, [{ field: 'priority', operator: 'gte', values: [3] }])).toEqual(['fit alpha']);
    expect(await names(grid, [{ field: 'jobName', operator: 'notIn', values: ['fit alpha', 'fit beta'] }])).toEqual(['100%_done']);
    expect(await names(grid, [{ field: 'submissionTime', operator: 'lt', values: ['2020-01-01T00:00:00Z'] }])).toEqual([]);
    expect(
      await names(grid, [
        { field: 'jobId', operator: 'lte', values: ['7'] },
        { field: 'status', operator: 'eq', values: ['Waiting'] },
      ]),
    ).toEqual(['fit alpha']);
  });

  it('compares text alike on both databases: like without regard to the case of A to Z, everything else byte by byte', async () => {
    const grid = await start();
    for (const jobName of ['fit', 'Fit', 'Ärger', 'ärger', 'zebra', 'Zebra', 'a b', 'a-b', 'a_b'])
      await grid.call(submitJobs, { body: { description: { executable: 'x', jobName } } });
    const like = (pattern: string) => names(grid, [{ field: 'jobName', operator: 'like', values: [pattern] }]);
    expect(await like('FIT')).toEqual(['Fit', 'fit']);
    expect(await like('ä*')).toEqual(['ärger']);
    expect(await like('a?b')).toEqual(['a b', 'a-b', 'a_b']);
    expect(await names(grid, [{ field: 'jobName', operator: 'eq', values: ['fit'] }])).toEqual(['fit']);
    expect(await names(grid, [{ field: 'jobName', operator: 'lt', values: ['a'] }])).toEqual(['Fit', 'Zebra']);
    const { jobs } = await grid.call(searchJobs, { body: { sort: { field: 'jobName', direction: 'asc' } } });
    expect(jobs.map(({ jobName }) => jobName)).toEqual(['Fit', 'Zebra', 'a b', 'a-b', 'a_b', 'fit', 'zebra', 'Ärger', 'ärger']);
    const { counts } = await grid.call(countJobs, { body: { groupBy: 'jobGroup' } });
    expect(counts).toEqual([{ value: 'NoGroup', count: 9 }]);
  });

  it('pages by key over equal values: every job once, in order, whichever way and field', async () => {
    const grid = await start();
    await withJobs(grid);
    for (const field of searchFields) {
      for (const direction of ['asc', 'desc'] as const) {
        const seen: number[] = [];
        let after: string | undefined;
        do {
          const query: JobQuery = { sort: { field, direction }, limit: 4, ...(after === undefined ? {} : { after }) };
          const page = await grid.call(searchJobs, { body: query });
          expect(page.total).toBe(23);
          seen.push(...page.jobs.map(({ jobId }) => jobId));
          after = page.next ?? undefined;
        } while (after !== undefined);
        expect(new Set(seen).size).toBe(23);
        expect(seen).toHaveLength(23);
      }
    }
  });

  it('counts by a field, with conditions', async () => {
    const grid = await start();
    await withJobs(grid);
    expect(await grid.call(countJobs, { body: { groupBy: 'status' } })).toEqual({ counts: [{ value: 'Waiting', count: 23 }] });
    const where: Condition[] = [{ field: 'priority', operator: 'eq', values: [3] }];
    expect(await grid.call(countJobs, { body: { groupBy: 'jobGroup', where } })).toEqual({ counts: [{ value: 'g', count: 7 }] });
  });

  it.each([
    ["' or 1=1 --"], ["'; drop table jobs; --"], ['\\'], ['%'], ['\u202e'], ['$1'], ['?'],
  ])('takes %j as text', async (text) => {
    const grid = await start();
    await withJobs(grid);
    expect(await names(grid, [{ field: 'jobName', operator: 'eq', values: [text] }])).toEqual([]);
    expect(await names(grid, [{ field: 'jobName', operator: 'like', values: [`${text}x`] }])).toEqual([]);
    expect((await grid.call(searchJobs, { body: {} })).total).toBe(23);
  }); // prettier-ignore

  it.each([
    ['an unknown field', { where: [{ field: 'password', operator: 'eq', values: ['x'] }] }, /field/],
    ['a column of ours', { sort: { field: 'job_id', direction: 'asc' } }, /field/],
    ['an unknown operator', { where: [{ field: 'site', operator: 'regex', values: ['x'] }] }, /operator/],
    ['a time that is none', { where: [{ field: 'submissionTime', operator: 'lt', values: ['yesterday'] }] }, /yesterday/],
    ['two values for one', { where: [{ field: 'site', operator: 'eq', values: ['a', 'b'] }] }, /one value/],
    ["another query's cursor", { after: '["site","x",1]' }, /cursor/],
    ['a cursor whose text is a number', { sort: { field: 'jobName', direction: 'asc' }, after: '["jobName",5,1]' }, /cursor/],
    ['a cursor whose number is a text', { after: '["jobId","abc",1]' }, /cursor/],
    ['a cursor with half a job', { after: '["jobId",5,1.5]' }, /cursor/],
    ['a cursor beyond all numbers', { after: '["jobId",1e300,1]' }, /cursor/],
    ['half a millisecond', { where: [{ field: 'submissionTime', operator: 'lt', values: [1.5] }] }, /1\.5/],
    ['a time beyond all numbers', { where: [{ field: 'submissionTime', operator: 'lt', values: [1e300] }] }, /1e\+300/],
    ['a time in a language of its own', { where: [{ field: 'submissionTime', operator: 'lt', values: ['job 1'] }] }, /job 1/],
    ['an id that is empty', { where: [{ field: 'jobId', operator: 'eq', values: [''] }] }, /whole number/],
    [
      'more values than a statement holds',
      { where: Array.from({ length: 10 }, () => ({ field: 'jobId', operator: 'in', values: Array.from({ length: 9000 }, (_, i) => i) })) },
      /values/,
    ],
    ['a cursor of nonsense', { after: '{"a"' }, /cursor/],
  ])('refuses %s', async (_title, query, sentence) => {
    const grid = await start();
    await expect(grid.call(searchJobs, { body: query as never })).rejects.toMatchObject({
      code: 'BadRequest',
      message: expect.stringMatching(sentence) as string,
    });
  });
});
