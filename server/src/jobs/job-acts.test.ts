import {
  deleteJobs, getJob, getJobLog, holdJobs, jobStatuses, killJobs, prioritiseJobs, releaseJobs, rescheduleJobs, restoreJobs, searchJobs, submitJobs,
} from '@diraclab/contract'; // prettier-ignore
import type { Job } from '@diraclab/contract';
import { describeGrid, ranWell } from '../testing/test-grid.ts';
import type { TestGrid } from '../testing/test-grid.ts';
import { mayMove, mayRestore } from './job-state-machine.ts';

const hello = { executable: '/bin/echo' };

async function submitted(grid: TestGrid, n = 1): Promise<number[]> {
  const { jobIds } = await grid.call(submitJobs, {
    body: { description: hello, parameters: Array.from({ length: n }, (_, i) => ({ i })) },
  });
  return jobIds;
}

const stateOf = async (grid: TestGrid, jobId: number): Promise<Pick<Job, 'status' | 'minorStatus'>> => {
  const { status, minorStatus } = await grid.call(getJob, { params: { jobId } });
  return { status, minorStatus };
};

describeGrid('acts on jobs', (start) => {
  it('a held job is Waiting and no pilot gets it; released, it takes the place that it had', async () => {
    const grid = await start();
    const [first = 0, second = 0] = await submitted(grid, 2);
    await grid.call(holdJobs, { body: { jobIds: [first] } });
    expect(await stateOf(grid, first)).toEqual({ status: 'Waiting', minorStatus: 'Held' });
    const node = await grid.pilot();
    await grid.call(prioritiseJobs, { body: { jobIds: [first], priority: 9 } });
    await grid.call(holdJobs, { body: { jobIds: [second] } });
    expect(await node.match()).toEqual([]);
    expect((await grid.call(releaseJobs, { body: { jobIds: [second, first] } })).failed).toEqual([]);
    expect(await node.match()).toMatchObject([{ jobId: first }]);
    expect(await node.match()).toMatchObject([{ jobId: second }]);
    expect((await grid.call(holdJobs, { body: { jobIds: [first] } })).failed).toMatchObject([
      { code: 'IllegalTransition', detail: `Job ${first}: it is Matched; only a Waiting job can be held.` },
    ]);
  });

  it('a job that is held, killed and rescheduled is not held any more', async () => {
    const grid = await start();
    const [jobId = 0] = await submitted(grid);
    await grid.call(holdJobs, { body: { jobIds: [jobId] } });
    await grid.call(killJobs, { body: { jobIds: [jobId] } });
    expect(await grid.call(getJob, { params: { jobId } })).toMatchObject({ status: 'Killed', killedBy: expect.any(String) as string });
    await grid.call(rescheduleJobs, { body: { jobIds: [jobId] } });
    expect(await grid.call(getJob, { params: { jobId } })).toMatchObject({ status: 'Waiting', killedBy: null });
    expect(await (await grid.pilot()).match()).toMatchObject([{ jobId }]);
  });

  it('a deleted job lies in the bin and comes back as it was, whatever it was', async () => {
    const grid = await start();
    const [done = 0, waiting = 0, held = 0, killed = 0] = await submitted(grid, 4);
    const node = await grid.pilot();
    await grid.call(holdJobs, { body: { jobIds: [held] } });
    const [job] = await node.match();
    if (job?.jobId !== done) throw new Error('another job was matched');
    await node.report(ranWell(job));
    await grid.call(killJobs, { body: { jobIds: [killed] } });
    const all = [done, waiting, held, killed];
    const before = await Promise.all(all.map((jobId) => stateOf(grid, jobId)));
    expect((await grid.call(deleteJobs, { body: { jobIds: all } })).failed).toEqual([]);
    expect((await grid.call(searchJobs, { body: {} })).total).toBe(0);
    expect(await node.match()).toEqual([]);
    expect((await grid.call(killJobs, { body: { jobIds: [waiting] } })).failed).toMatchObject([
      { detail: `Job ${waiting}: it is Deleted, which cannot become Killed.` },
    ]);
    expect((await grid.call(restoreJobs, { body: { jobIds: all } })).failed).toEqual([]);
    expect(await Promise.all(all.map((jobId) => stateOf(grid, jobId)))).toEqual(before);
    expect(await node.match({ slots: 4 })).toMatchObject([{ jobId: waiting }]);
    expect((await grid.call(restoreJobs, { body: { jobIds: [done] } })).failed).toMatchObject([
      { detail: `Job ${done}: it is Done, not in the bin.` },
    ]);
  });

  it('a priority moves a job within its queue, and says so in its history', async () => {
    const grid = await start();
    const [, second = 0, third = 0] = await submitted(grid, 3);
    await grid.call(prioritiseJobs, { body: { jobIds: [third], priority: 10 } });
    await grid.call(prioritiseJobs, { body: { jobIds: [second], priority: 0 } });
    const node = await grid.pilot();
    expect(await node.match()).toMatchObject([{ jobId: third }]);
    await node.match();
    expect(await node.match()).toMatchObject([{ jobId: second }]);
    const { entries } = await grid.call(getJobLog, { params: { jobId: third } });
    expect(entries.map(({ source }) => source)).toContainEqual(expect.stringMatching(/: priority 1 to 10$/) as string);
    expect((await grid.call(prioritiseJobs, { body: { jobIds: [third], priority: 1 } })).failed).toHaveLength(1);
  });

  it('a reschedule that is sent twice under one key is one; the key is good for nothing else', async () => {
    const grid = await start();
    const [jobId = 0, other = 0] = await submitted(grid, 2);
    await grid.call(killJobs, { body: { jobIds: [jobId] } });
    const body = { jobIds: [jobId], idempotencyKey: 'again' };
    const first = await grid.call(rescheduleJobs, { body });
    const node = await grid.pilot();
    expect(await node.match()).toMatchObject([{ jobId }]);
    expect(await grid.call(rescheduleJobs, { body })).toEqual(first);
    expect(await stateOf(grid, jobId)).toMatchObject({ status: 'Matched' });
    await expect(grid.call(rescheduleJobs, { body: { ...body, jobIds: [other] } })).rejects.toMatchObject({ code: 'KeyReused' });
    await expect(grid.call(killJobs, { body })).rejects.toMatchObject({ code: 'KeyReused' });
  });

  it('two at the same moment under one key are one', async () => {
    const grid = await start();
    const [jobId = 0] = await submitted(grid);
    await grid.call(killJobs, { body: { jobIds: [jobId] } });
    const body = { jobIds: [jobId], idempotencyKey: 'twice' };
    const [one, two] = await Promise.all([grid.call(rescheduleJobs, { body }), grid.call(rescheduleJobs, { body })]);
    expect(one).toEqual(two);
    expect(await grid.call(getJob, { params: { jobId } })).toMatchObject({ status: 'Waiting', rescheduleCounter: 1 });
  });

  it('more than one call takes is refused as a whole, and says what to do', async () => {
    const grid = await start();
    await submitted(grid, 1001);
    const where = [{ field: 'status' as const, operator: 'eq' as const, values: ['Waiting'] }];
    await expect(grid.call(killJobs, { body: { where } })).rejects.toMatchObject({
      code: 'TooLarge',
      next: expect.stringContaining('/api/operations') as string,
    });
    expect((await grid.call(searchJobs, { body: { where } })).total).toBe(1001);
    const [newest] = (await grid.call(searchJobs, { body: { limit: 1 } })).jobs;
    const { successful } = await grid.call(killJobs, { body: { where, except: [newest?.jobId ?? 0] } });
    expect(successful).toHaveLength(1000);
  });
});

describe('the state machine', () => {
  it('lets nothing out of the bin but what went into it, and nobody into the states that a job only passes', () => {
    expect(jobStatuses.filter((to) => mayMove('Deleted', to))).toEqual(['Deleted']);
    expect(jobStatuses.filter(mayRestore)).toEqual(['Submitting', 'Received', 'Checking', 'Waiting', 'Done', 'Failed', 'Killed']);
    expect(jobStatuses.filter((from) => mayMove(from, 'Matched'))).toEqual(['Waiting', 'Matched']);
    expect(jobStatuses.filter((from) => mayMove(from, 'Deleted') && mayMove(from, 'Running'))).toEqual([]);
  });
});
