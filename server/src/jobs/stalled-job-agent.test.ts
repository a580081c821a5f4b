import { getJob, submitJobs } from '@diraclab/contract';
import type { JobStatus, MatchedJob } from '@diraclab/contract';
import type { Database, Tx } from '../database/port.ts';
import { describeGrid } from '../testing/test-grid.ts';
import type { TestGrid, TestPilot } from '../testing/test-grid.ts';
import { createStalledJobAgent } from './stalled-job-agent.ts';

const second = 1000;
const minute = 60 * second;

/** The agent of a server whose database's clock is ahead of ours by what the story says. */
function agentOf(database: Database) {
  let aheadMs = 0;
  const clock: Database = Object.create(database, {
    nowMs: { value: async () => (await database.nowMs()) + aheadMs },
    transaction: {
      value: <T>(work: (tx: Tx, nowMs: number) => Promise<T>) => database.transaction((tx, nowMs) => work(tx, nowMs + aheadMs)),
    },
  }) as Database;
  const pass = createStalledJobAgent(clock, () => Promise.resolve());
  return {
    pass,
    jump: (ms: number) => (aheadMs += ms),
    /** As it is on a server that runs: a pass every 5 s. */
    async after(ms: number) {
      for (let passed = 0; passed < ms; passed += 5 * second) {
        aheadMs += 5 * second;
        await pass();
      }
    },
  };
}

async function running(
  grid: TestGrid,
): Promise<{ node: TestPilot; job: MatchedJob; state: () => Promise<JobStatus>; report: () => Promise<string | undefined> }> {
  await grid.call(submitJobs, { body: { description: { executable: 'x' } } });
  const node = await grid.pilot();
  const [job] = await node.match();
  if (job === undefined) throw new Error('nothing matched');
  const { jobId, attempt } = job;
  await node.report({ jobId, attempt, statuses: [{ sequence: 1, status: 'Running', minorStatus: 'Application' }] });
  return {
    node,
    job,
    state: async () => (await grid.call(getJob, { params: { jobId } })).status,
    report: async () => (await node.report({ jobId, attempt, statuses: [] })).jobs[0]?.outcome,
  };
}

describeGrid('silent attempts', (start) => {
  it('are Stalled after a minute; heard again, they go on; after more than two they are lost and matched again', async () => {
    const grid = await start();
    const { job, state, report } = await running(grid);
    const agent = agentOf(grid.database);
    await agent.pass();
    await agent.after(55 * second);
    expect(await state()).toBe('Running');
    await agent.after(10 * second);
    const stalled = await grid.call(getJob, { params: { jobId: job.jobId } });
    expect([stalled.status, stalled.minorStatus]).toEqual(['Stalled', expect.stringMatching(/Stalling for more than 6\d sec/)]);
    await report();
    expect(await state()).toBe('Running');
    await agent.after(100 * second);
    expect(await state()).toBe('Waiting');
    expect(await report()).toBe('stale');
    expect(await (await grid.pilot()).match()).toMatchObject([{ jobId: job.jobId, attempt: 2 }]);
  });

  it('a laptop that was closed for an hour loses nothing: its pilots get their time to be heard', async () => {
    const grid = await start();
    const { state, report } = await running(grid);
    const agent = agentOf(grid.database);
    await agent.pass();
    await agent.after(10 * second);
    agent.jump(60 * minute);
    await agent.after(50 * second);
    expect(await state()).toBe('Running');
    expect(await report()).toBe('accepted');
  });

  it('nor does a server that was stopped for an hour; but who stays silent is lost', async () => {
    const grid = await start();
    const { state } = await running(grid);
    const agent = agentOf(grid.database);
    agent.jump(60 * minute);
    await agent.pass();
    await agent.after(55 * second);
    expect(await state()).toBe('Running');
    await agent.after(100 * second);
    expect(await state()).toBe('Waiting');
  });

  it('a clock that is set back an hour keeps a dead attempt no hour longer', async () => {
    const grid = await start();
    const { state } = await running(grid);
    const agent = agentOf(grid.database);
    await agent.pass();
    agent.jump(-60 * minute);
    await agent.after(3 * minute);
    expect(await state()).toBe('Waiting');
  });

  it('more of them than fit a transaction do not hide those behind them', async () => {
    const grid = await start();
    const n = 2_500;
    await grid.call(submitJobs, { body: { description: { executable: 'x' }, parameters: Array.from({ length: n }, (_, i) => ({ i })) } });
    const node = await grid.pilot();
    const offer = { slots: 1024, processors: 1024 };
    for (let got = 0; got < n;) got += (await node.match(offer)).length;
    const agent = agentOf(grid.database);
    await agent.pass();
    await agent.after(70 * second);
    const stalled = await grid.database.read.selectFrom('jobs').select((eb) => eb.fn.countAll<number>().as('n')).where('status', '=', 'Stalled').executeTakeFirstOrThrow(); // prettier-ignore
    expect(Number(stalled.n)).toBe(n);
  });
});
