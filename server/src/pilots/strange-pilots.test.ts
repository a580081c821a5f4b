import { findMissingFiles, getJob, getJobLog, peekJob, submitJobs, uploadSandboxFile } from '@diraclab/contract';
import type { JobReport, MatchedJob } from '@diraclab/contract';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { anyOffer, describeGrid, ranWell } from '../testing/test-grid.ts';
import type { TestGrid, TestPilot } from '../testing/test-grid.ts';
import { losePilot } from './lose-pilot.ts';
import { hearPilot, readPilot } from './pilot-store.ts';

const hello = { executable: '/bin/echo', arguments: ['hello'] };

async function oneMatched(grid: TestGrid, node: TestPilot): Promise<MatchedJob> {
  await grid.call(submitJobs, { body: { description: hello } });
  const [job] = await node.match();
  if (job === undefined) throw new Error('nothing matched');
  return job;
}

const says = (text: string) => [{ stream: 'stdout' as const, from: 0, text, end: text.length }];

describeGrid('pilots that should not', (start) => {
  it("say what another's job wrote: their output is not taken, while it runs or after, and they learn nothing of it", async () => {
    const grid = await start();
    const [node, stranger] = [await grid.pilot(), await grid.pilot()];
    const job = await oneMatched(grid, node);
    const { jobId, attempt } = job;
    const running: JobReport = { jobId, attempt, statuses: [{ sequence: 1, status: 'Running', minorStatus: 'Application' }] };
    await node.report(running);
    expect((await stranger.report({ ...running, output: says('forged') })).jobs).toMatchObject([
      { outcome: 'stale', outputEnd: { stdout: 0 } },
    ]);
    expect(await grid.call(peekJob, { params: { jobId }, query: {} })).toMatchObject({ text: '' });
    await node.report({ jobId, attempt, statuses: [], output: says('true words') });
    expect((await stranger.report({ jobId, attempt, statuses: [] })).jobs).toMatchObject([{ outcome: 'stale', outputEnd: { stdout: 0 } }]);
    await node.report(ranWell(job));
    expect((await stranger.report({ ...ranWell(job), output: says('forged') })).jobs).toMatchObject([{ outcome: 'stale', sequence: 3 }]);
    expect((await node.report(ranWell(job))).jobs).toMatchObject([{ outcome: 'accepted', sequence: 3 }]);
  });

  it('repeat themselves for ever: of stale reports a few are kept, of jobs that never were none', async () => {
    const grid = await start();
    const [node, stranger] = [await grid.pilot(), await grid.pilot()];
    const job = await oneMatched(grid, node);
    const minorStatus = 'x'.repeat(128);
    const long = Array.from({ length: 100 }, (_, i) => ({ sequence: i + 1, status: 'Running' as const, minorStatus }));
    for (let i = 0; i < 30; i += 1) await stranger.report({ ...ranWell(job), statuses: long }, { ...ranWell(job), jobId: 999_999 });
    const kept = await grid.database.read.selectFrom('stale_reports').select(['job_id', 'body']).execute();
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThanOrEqual(20);
    expect(new Set(kept.map(({ job_id }) => job_id))).toEqual(new Set([job.jobId]));
    expect(Math.max(...kept.map(({ body }) => body.length))).toBeLessThanOrEqual(4000);
  });

  it('change a minor status a thousand times a second: history has an end, the state does not suffer', async () => {
    const grid = await start();
    const node = await grid.pilot();
    const { jobId, attempt } = await oneMatched(grid, node);
    for (let round = 0; round < 15; round += 1) {
      const statuses = Array.from({ length: 100 }, (_, i) => ({
        sequence: round * 100 + i + 1,
        status: 'Running' as const,
        minorStatus: `step ${round * 100 + i}`,
      }));
      expect((await node.report({ jobId, attempt, statuses })).jobs).toMatchObject([{ outcome: 'accepted' }]);
    }
    const { entries } = await grid.call(getJobLog, { params: { jobId } });
    expect(entries.length).toBeLessThanOrEqual(1000);
    expect(await grid.call(getJob, { params: { jobId } })).toMatchObject({ status: 'Running', minorStatus: 'step 1499' });
    const end = ranWell({ jobId, attempt } as MatchedJob)
      .statuses.slice(1)
      .map((status) => ({ ...status, sequence: status.sequence + 2000 }));
    await node.report({ jobId, attempt, statuses: end });
    expect((await grid.call(getJobLog, { params: { jobId } })).entries.at(-1)).toMatchObject({ status: 'Done' });
  });

  it('live on after they were given up: their token sends no files, asks for none, and saying hello does not bring them back', async () => {
    const grid = await start();
    const node = await grid.pilot();
    await node.match();
    await losePilot(grid.database, node.pilotId, { status: 'Aborted', why: 'Pilot died' });
    const digest = createHash('sha256').update('x').digest('hex');
    const upload = node.call.upload(uploadSandboxFile, { params: { digest } }, { data: Buffer.from('x'), sizeBytes: 1 });
    await expect(upload).rejects.toMatchObject({ code: 'StalePilot' });
    await expect(node.call(findMissingFiles, { body: { digests: [digest] } })).rejects.toMatchObject({ code: 'StalePilot' });
    await grid.database.transaction((tx, nowMs) => hearPilot(tx, node.pilotId, anyOffer, nowMs));
    expect((await readPilot(grid.database.read, node.pilotId))?.status).toBe('Aborted');
    await expect(node.match()).rejects.toMatchObject({ code: 'StalePilot' });
  });

  it('hang up while a job is handed to them: it goes back at once, and costs the job no attempt of its three', async () => {
    const grid = await start();
    const node = await grid.pilot();
    await node.match();
    const { jobIds } = await grid.call(submitJobs, { body: { description: hello } });
    // The claim waits for this transaction; meanwhile the pilot goes.
    await grid.database.transaction(async (tx) => {
      await tx.updateTable('matching_state').set((eb) => ({ version: eb('version', '+', 1) })).execute(); // prettier-ignore
      await tx.updateTable('status_counts').set((eb) => ({ n: eb('n', '+', 0) })).execute(); // prettier-ignore
      await tx.updateTable('task_queues').set((eb) => ({ waiting: eb('waiting', '+', 0) })).execute(); // prettier-ignore
      const asked = request({
        socketPath: grid.address.slice('unix:'.length),
        method: 'POST',
        path: '/api/pilots/match',
        headers: { authorization: `Bearer ${node.token}`, 'content-type': 'application/json' },
      });
      asked.on('error', () => undefined);
      asked.end(JSON.stringify(anyOffer));
      await wait(300);
      asked.destroy();
      await wait(100);
    });
    const [jobId = 0] = jobIds;
    for (let i = 0; i < 50 && (await grid.call(getJob, { params: { jobId } })).attempts.length === 0; i += 1) await wait(50);
    await wait(200);
    expect(await grid.call(getJob, { params: { jobId } })).toMatchObject({ status: 'Waiting', attempt: 1, rescheduleCounter: 0 });
    expect(await (await grid.pilot()).match()).toMatchObject([{ jobId, attempt: 2 }]);
  });
});
