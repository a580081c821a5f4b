import { deleteJobs, killJobs, submitJobs } from '@diraclab/contract';
import { createJobCleaningAgent } from '../jobs/job-cleaning-agent.ts';
import { describeGrid } from '../testing/test-grid.ts';
import { createTaskQueueCleaningAgent } from './task-queue-cleaning-agent.ts';

describeGrid('task queues without jobs', (start) => {
  it('go with their last job, not before; the same needs make a new one', async () => {
    const grid = await start();
    const submit = (tag: string) => grid.call(submitJobs, { body: { description: { executable: 'x', tags: [tag] } } });
    const [gone, ended] = [await submit('a'), await submit('b')];
    const queues = async () => (await grid.database.read.selectFrom('task_queues').select('task_queue_id').execute()).length;
    const clean = createTaskQueueCleaningAgent(grid.database);
    const jobIds = [...gone.jobIds, ...ended.jobIds];
    await grid.call(killJobs, { body: { jobIds } });
    await clean();
    expect(await queues()).toBe(2);
    await grid.call(deleteJobs, { body: { jobIds: gone.jobIds } });
    await grid.database.transaction(async (tx) => void (await tx.updateTable('jobs').set({ last_update_ms: 1 }).where('status', '=', 'Deleted').execute())); // prettier-ignore
    await createJobCleaningAgent(grid.database, () => undefined, 1000)();
    await clean();
    expect(await queues()).toBe(1);
    const [jobId] = (await submit('a')).jobIds;
    expect(await (await grid.pilot()).match({ tags: ['a'] })).toMatchObject([{ jobId }]);
  });

  it('stay while jobs come to them at the same moment', async () => {
    const grid = await start();
    const clean = createTaskQueueCleaningAgent(grid.database);
    for (let round = 0; round < 10; round += 1) {
      const [{ jobIds }] = await Promise.all([
        grid.call(submitJobs, { body: { description: { executable: 'x', tags: [`t${round % 2}`] } } }),
        clean(),
      ]);
      expect(jobIds).toHaveLength(1);
      await grid.database.transaction(async (tx) => {
        for (const table of ['job_log', 'jobs'] as const) await tx.deleteFrom(table).where('job_id', 'in', jobIds).execute();
        await tx.updateTable('task_queues').set({ waiting: 0 }).execute();
      });
    }
    await clean();
    expect(await grid.database.read.selectFrom('task_queues').selectAll().execute()).toEqual([]);
  });
});
