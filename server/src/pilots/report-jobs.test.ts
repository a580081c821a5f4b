import {
  deleteJobs,
  getJob,
  getJobLog,
  holdJobs,
  killJobs,
  listGroups,
  peekJob,
  releaseJobs,
  rescheduleJobs,
  restoreJobs,
  searchJobs,
  startOperation,
  submitJobs,
  uploadSandboxFile,
} from '@diraclab/contract';
import type { JobReport, MatchedJob } from '@diraclab/contract';
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '../database/port.ts';
import { describeGrid, ranWell } from '../testing/test-grid.ts';
import type { TestGrid, TestPilot } from '../testing/test-grid.ts';
import { losePilot } from './lose-pilot.ts';

const hello = { executable: '/bin/echo', arguments: ['hello'] };

async function oneMatched(grid: TestGrid, node: TestPilot): Promise<MatchedJob> {
  await grid.call(submitJobs, { body: { description: hello } });
  const [job] = await node.match();
  if (job === undefined) throw new Error('nothing matched');
  return job;
}

describeGrid('reports of pilots', (start) => {
  it('a whole life in one message: state, history, times, usage', async () => {
    const grid = await start();
    const node = await grid.pilot();
    const job = await oneMatched(grid, node);
    expect(await node.report(ranWell(job))).toMatchObject({ jobs: [{ outcome: 'accepted', sequence: 3, command: null }] });
    const done = await grid.call(getJob, { params: { jobId: job.jobId } });
    expect(done).toMatchObject({
      status: 'Done',
      minorStatus: 'Execution Complete',
      exitCode: 0,
      endReason: 'exit',
      maxRssMB: 3,
      site: 'DIRAC.Test.local',
    });
    expect(done.endExecTime).not.toBeNull();
    const { entries } = await grid.call(getJobLog, { params: { jobId: job.jobId } });
    expect(entries.map(({ status }) => status)).toEqual(['Received', 'Waiting', 'Matched', 'Running', 'Completing', 'Done']);
  });

  it('a report said twice, because its answer was lost, counts once and is accepted again', async () => {
    const grid = await start();
    const node = await grid.pilot();
    const job = await oneMatched(grid, node);
    await node.report(ranWell(job));
    expect((await node.report(ranWell(job))).jobs).toMatchObject([{ outcome: 'accepted', sequence: 3 }]);
    expect((await grid.call(getJobLog, { params: { jobId: job.jobId } })).entries).toHaveLength(6);
  });

  it("a contradiction after the end changes nothing; another pilot's report changes nothing", async () => {
    const grid = await start();
    const [node, stranger] = [await grid.pilot(), await grid.pilot()];
    const job = await oneMatched(grid, node);
    expect((await stranger.report(ranWell(job))).jobs).toMatchObject([{ outcome: 'stale' }]);
    expect((await grid.call(getJob, { params: { jobId: job.jobId } })).status).toBe('Matched');
    await node.report(ranWell(job));
    const failed: JobReport = {
      ...ranWell(job, 1),
      statuses: [{ sequence: 4, status: 'Failed', minorStatus: 'Application Finished With Errors' }],
    };
    expect((await node.report(failed)).jobs).toMatchObject([{ outcome: 'stale' }]);
    expect((await grid.call(getJob, { params: { jobId: job.jobId } })).status).toBe('Done');
    const { rows } = await sql<{ n: number }>`select count(*) as n from stale_reports where job_id = ${job.jobId}`.execute(
      grid.database.read,
    );
    expect(Number(rows[0]?.n)).toBe(2);
  });

  it('an end that names a file nobody sent is refused, and taken once the file is there', async () => {
    const grid = await start();
    const node = await grid.pilot();
    const job = await oneMatched(grid, node);
    const text = 'Hello world\n';
    const digest = createHash('sha256').update(text).digest('hex');
    const report = ranWell(job);
    const end = report.statuses[2]?.end;
    if (end === undefined) throw new Error('the report has no end');
    end.outputs.push({ path: 'std.out', digest, sizeBytes: text.length });
    expect((await node.report(report)).jobs).toMatchObject([
      { outcome: 'refused', sequence: 2, detail: expect.stringContaining('std.out') as string },
    ]);
    expect((await grid.call(getJob, { params: { jobId: job.jobId } })).status).toBe('Completing');
    await node.call.upload(uploadSandboxFile, { params: { digest } }, { data: Buffer.from(text), sizeBytes: text.length });
    expect((await node.report(report)).jobs).toMatchObject([{ outcome: 'accepted', sequence: 3 }]);
    expect(await grid.call(peekJob, { params: { jobId: job.jobId }, query: {} })).toEqual({
      stream: 'stdout',
      from: 0,
      text,
      end: 12,
      complete: true,
    });
  });

  it('output can be read while it comes, and a gap starts it anew', async () => {
    const grid = await start();
    const node = await grid.pilot();
    const { jobId, attempt } = await oneMatched(grid, node);
    const say = (from: number, text: string) =>
      node.report({ jobId, attempt, statuses: [], output: [{ stream: 'stdout', from, text, end: from + Buffer.byteLength(text) }] });
    expect((await say(0, 'één\n')).jobs[0]?.outputEnd).toEqual({ stdout: 6, stderr: 0 });
    await say(6, 'two\n');
    const peek = (from: number) => grid.call(peekJob, { params: { jobId }, query: { from } });
    expect(await peek(0)).toMatchObject({ text: 'één\ntwo\n', end: 10, complete: false });
    expect(await peek(-4)).toMatchObject({ from: 6, text: 'two\n' });
    await say(1000, 'later\n');
    expect(await peek(0)).toMatchObject({ from: 1000, text: 'later\n', end: 1006 });
  });

  it('a lost pilot: its job is matched again at once, three times, then it fails and says why', async () => {
    const grid = await start();
    await grid.call(submitJobs, { body: { description: hello } });
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      const node = await grid.pilot();
      await grid.restart(); // Its queues are read from the database again.
      const [job] = await node.match().catch(() => []);
      const live = job ?? (await (await grid.pilot()).match())[0];
      expect(live?.attempt).toBe(attempt);
      const held = await grid.database.read.selectFrom('jobs').select('pilot_id').executeTakeFirstOrThrow();
      await losePilot(grid.database, held.pilot_id ?? 0, { status: 'Aborted', why: 'Pilot died' });
    }
    expect((await grid.call(searchJobs, { body: {} })).jobs).toMatchObject([
      { status: 'Failed', minorStatus: 'Maximum of reschedulings reached', endReason: 'lostPilot', rescheduleCounter: 3 },
    ]);
  });

  it('a match whose answer was lost is seen by what the pilot says it holds, and does not count as a lost attempt', async () => {
    const grid = await start();
    const node = await grid.pilot();
    const lost = await oneMatched(grid, node);
    const [again] = await node.match({ holding: [] });
    expect(again).toMatchObject({ jobId: lost.jobId, attempt: 2 });
    expect(await node.match({ holding: [{ jobId: lost.jobId, attempt: 2 }] })).toEqual([]);
    expect(await grid.call(getJob, { params: { jobId: lost.jobId } })).toMatchObject({
      status: 'Matched',
      attempt: 2,
      rescheduleCounter: 0,
    });
    await grid.call(killJobs, { body: { jobIds: [lost.jobId] } });
    expect(await node.match({ holding: [] })).toEqual([]);
    expect((await grid.call(getJob, { params: { jobId: lost.jobId } })).status).toBe('Killed');
  });

  it('a job that was to be killed and lost its pilot is killed', async () => {
    const grid = await start();
    const node = await grid.pilot();
    const { jobId } = await oneMatched(grid, node);
    await grid.call(killJobs, { body: { jobIds: [jobId] } });
    await losePilot(grid.database, node.pilotId, { status: 'Aborted', why: 'Pilot died' });
    expect(await grid.call(getJob, { params: { jobId } })).toMatchObject({ status: 'Killed', endReason: 'killed' });
  });

  it('a pilot that stops gives its jobs back, and is then given up', async () => {
    const grid = await start();
    const node = await grid.pilot();
    const { jobId, attempt } = await oneMatched(grid, node);
    await node.report({ jobId, attempt, statuses: [{ sequence: 1, status: 'Rescheduled', minorStatus: 'Pilot stopped' }] });
    expect(await grid.call(getJob, { params: { jobId } })).toMatchObject({ status: 'Waiting', rescheduleCounter: 1 });
    await losePilot(grid.database, node.pilotId, { status: 'Done', why: 'Pilot ended' });
    await expect(node.match()).rejects.toMatchObject({ code: 'StalePilot' });
  });

  it('whatever happened, counters equal a recount and every history is legal', async () => {
    const grid = await start();
    const nodes = [await grid.pilot(), await grid.pilot()];
    const { jobIds: ids } = await grid.call(submitJobs, { body: { description: hello, parameters: Array.from({ length: 40 }, (_, x) => ({ x })) } }); // prettier-ignore
    await grid.call(submitJobs, { body: { description: { ...hello, tags: ['none'] } } });
    for (let round = 0; round < 6; round += 1) {
      await Promise.all(
        nodes.map(async (node, n) => {
          const jobs = await node.match({ slots: 4 });
          await Promise.all(jobs.slice(1).map((job, i) => node.report(ranWell(job, i % 2))));
          if (n === 0 && jobs[0] !== undefined) await grid.call(rescheduleJobs, { body: { jobIds: [jobs[0].jobId] } });
        }),
      );
      await grid.call(killJobs, { body: { where: [{ field: 'status', operator: 'eq', values: ['Matched'] }] } });
      const [some, others] = [ids.filter((id) => id % 3 === round % 3), ids.filter((id) => id % 4 === round % 4)];
      await Promise.all([
        grid.call(holdJobs, { body: { jobIds: some } }),
        grid.call(deleteJobs, { body: { jobIds: others } }),
        grid.call(startOperation, {
          body: { act: 'prioritise', priority: round, where: [{ field: 'jobId', operator: 'gt', values: [0] }] },
        }),
      ]);
      await Promise.all([grid.call(restoreJobs, { body: { jobIds: ids } }), grid.call(releaseJobs, { body: { jobIds: others } })]);
    }
    await grid.call(restoreJobs, { body: { jobIds: ids } });
    await expectCountersRight(grid.database);
    const { groups } = await grid.call(listGroups, { query: {} });
    expect(groups.reduce((sum, { total }) => sum + total, 0)).toBe(41);
  });
});

/** Invariants I5 and I6: state is the last line of history; every kept number equals a count. */
async function expectCountersRight(database: Database): Promise<void> {
  const rows = async (text: string) => {
    const result = await sql.raw<Record<string, unknown>>(text).execute(database.read);
    return result.rows.map((row) => Object.values(row).map(String).join(' ')).sort();
  };
  expect(await rows('select status, n from status_counts where n <> 0')).toEqual(
    await rows('select status, count(*) from jobs group by status'),
  );
  expect(await rows('select job_group, status, n from group_counts where n <> 0')).toEqual(
    await rows('select job_group, status, count(*) from jobs group by job_group, status'),
  );
  expect(await rows('select task_queue_id, waiting from task_queues where waiting <> 0')).toEqual(
    await rows('select task_queue_id, count(*) from jobs where queued = 1 group by task_queue_id'),
  );
  expect(await rows("select job_id from jobs where (queued = 1) <> (status = 'Waiting' and minor_status <> 'Held')")).toEqual([]);
  expect(
    await rows(
      'select j.job_id from jobs j join job_log l on l.job_id = j.job_id and l.sequence = j.log_length where l.status <> j.status',
    ),
  ).toEqual([]);
}
