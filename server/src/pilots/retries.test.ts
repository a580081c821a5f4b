import { getJob, getJobLog, holdJobs, killJobs, mostJobParameters, peekJob, releaseJobs, rescheduleJobs, setJobParameters, submitJobs } from '@diraclab/contract'; // prettier-ignore
import type { EndReason, JobDescription, MatchedJob, StatusReport } from '@diraclab/contract';
import { describeGrid, ranWell } from '../testing/test-grid.ts';
import type { TestGrid, TestPilot } from '../testing/test-grid.ts';
import { losePilot } from './lose-pilot.ts';
import { createPilotCleaningAgent, silentPilotMs } from './pilot-cleaning-agent.ts';
import { readPilot } from './pilot-store.ts';

async function oneMatched(grid: TestGrid, node: TestPilot, more: Partial<JobDescription> = {}): Promise<MatchedJob> {
  await grid.call(submitJobs, { body: { description: { executable: '/bin/echo', ...more } } });
  return next(node);
}

async function next(node: TestPilot): Promise<MatchedJob> {
  const [job] = await node.match();
  if (job === undefined) throw new Error('nothing matched');
  return job;
}

function failed({ jobId, attempt }: MatchedJob, reason: EndReason, exitCode: number | null) {
  const end: StatusReport = { sequence: 1, status: 'Failed', minorStatus: 'It failed', end: { reason, exitCode, cpuTimeUsedS: 1, wallTimeUsedS: 1, maxRssMB: 1, outputs: [] } }; // prettier-ignore
  return { jobId, attempt, statuses: [end] };
}

describeGrid('what is tried again', (start) => {
  it('what the infrastructure broke, as often as the job says; its history is DIRAC’s: Failed, Rescheduled, Waiting', async () => {
    const grid = await start();
    const node = await grid.pilot();
    const first = await oneMatched(grid, node, { retries: 1 });
    const { jobId } = first;
    await node.report(failed(first, 'uploadFailed', 0));
    expect(await grid.call(getJob, { params: { jobId } })).toMatchObject({
      status: 'Waiting',
      endReason: null,
      rescheduleCounter: 1,
      attempts: [{ outcome: 'Failed: It failed' }],
    });
    const { entries } = await grid.call(getJobLog, { params: { jobId } });
    expect(entries.slice(-4).map(({ status }) => status)).toEqual(['Matched', 'Failed', 'Rescheduled', 'Waiting']);
    expect((await node.report(failed(first, 'uploadFailed', 0))).jobs).toMatchObject([{ outcome: 'accepted', sequence: 1 }]);
    await node.report(failed(await next(node), 'uploadFailed', 0));
    expect(await grid.call(getJob, { params: { jobId } })).toMatchObject({ status: 'Failed', endReason: 'uploadFailed', attempt: 2 });
    // A person has looked at it: it may be lost again.
    await grid.call(rescheduleJobs, { body: { jobIds: [jobId] } });
    await node.report(failed(await next(node), 'uploadFailed', 0));
    expect(await grid.call(getJob, { params: { jobId } })).toMatchObject({ status: 'Waiting' });
  });

  it('what the payload broke only if its owner named the exit code, and never what is to be killed', async () => {
    const grid = await start();
    const node = await grid.pilot();
    const named = await oneMatched(grid, node, { retryOn: [75] });
    await node.report(failed(named, 'exit', 75));
    expect(await grid.call(getJob, { params: { jobId: named.jobId } })).toMatchObject({ status: 'Waiting' });
    const again = await next(node);
    await node.report(failed(again, 'exit', 1));
    expect(await grid.call(getJob, { params: { jobId: named.jobId } })).toMatchObject({ status: 'Failed', exitCode: 1 });
    const killed = await oneMatched(grid, node, { retryOn: [75] });
    await grid.call(killJobs, { body: { jobIds: [killed.jobId] } });
    await node.report(failed(killed, 'exit', 75));
    expect(await grid.call(getJob, { params: { jobId: killed.jobId } })).toMatchObject({ status: 'Failed' });
  });

  it('a node that cannot even start jobs uses up their retries; one that ends on purpose does not', async () => {
    const grid = await start();
    const node = await grid.pilot();
    const job = await oneMatched(grid, node, { retries: 1 });
    const say = ({ jobId, attempt }: MatchedJob, minorStatus: string) =>
      node.report({ jobId, attempt, statuses: [{ sequence: 1, status: 'Rescheduled', minorStatus }] });
    await say(job, 'Pilot stopped');
    await say(await next(node), 'Pilot stopped');
    await say(await next(node), 'Exception During Execution');
    await say(await next(node), 'Exception During Execution');
    expect(await grid.call(getJob, { params: { jobId: job.jobId } })).toMatchObject({
      status: 'Failed',
      minorStatus: 'Maximum of reschedulings reached',
      rescheduleCounter: 3,
    });
  });
});

describeGrid('a pilot that was given up and wakes again', (start) => {
  it('changes nothing, whatever was done to its job meanwhile; a kill of the first attempt does not hit the second', async () => {
    const grid = await start();
    const [zombie, node] = [await grid.pilot(), await grid.pilot()];
    const first = await oneMatched(grid, zombie);
    const { jobId } = first;
    await zombie.report({ jobId, attempt: 1, statuses: [{ sequence: 1, status: 'Running', minorStatus: 'Application' }] });
    await grid.call(killJobs, { body: { jobIds: [jobId] } });
    expect((await zombie.report({ jobId, attempt: 1, statuses: [] })).jobs).toMatchObject([{ command: 'Kill' }]);
    await grid.call(rescheduleJobs, { body: { jobIds: [jobId] } });
    await grid.call(holdJobs, { body: { jobIds: [jobId] } });
    expect((await zombie.report(ranWell(first))).jobs).toMatchObject([{ outcome: 'stale', command: null }]);
    expect(await grid.call(getJob, { params: { jobId } })).toMatchObject({ status: 'Waiting', minorStatus: 'Held', killedBy: null });
    await grid.call(rescheduleJobs, { body: { jobIds: [jobId] } });
    expect(await node.match()).toEqual([]);
    await grid.call(releaseJobs, { body: { jobIds: [jobId] } });
    const second = await next(node);
    expect(second.attempt).toBe(2);
    expect((await node.report({ jobId, attempt: 2, statuses: [] })).jobs).toMatchObject([{ outcome: 'accepted', command: null }]);
    expect((await zombie.report(ranWell(first))).jobs).toMatchObject([{ outcome: 'stale' }]);
    await node.report(ranWell(second));
    expect((await zombie.report(ranWell(first, 1))).jobs).toMatchObject([{ outcome: 'stale' }]);
    expect(await grid.call(getJob, { params: { jobId } })).toMatchObject({ status: 'Done', attempt: 2 });
  });

  it('a job that is rescheduled and then killed shows nothing of the attempt before', async () => {
    const grid = await start();
    const node = await grid.pilot();
    const job = await oneMatched(grid, node);
    const { jobId, attempt } = job;
    await node.report({ ...ranWell(job), output: [{ stream: 'stdout', from: 0, text: 'old', end: 3 }] });
    expect(await grid.call(peekJob, { params: { jobId }, query: {} })).toMatchObject({ text: 'old' });
    await grid.database.transaction(async (tx) => {
      const digest = 'a'.repeat(64);
      await tx.insertInto('sandbox_files').values({ digest, size_bytes: 3, stored_ms: 1 }).execute();
      await tx.insertInto('job_outputs').values({ job_id: jobId, path: 'o', digest, size_bytes: 3, executable: 0 }).execute();
    });
    await grid.call(rescheduleJobs, { body: { jobIds: [jobId] } });
    await grid.call(killJobs, { body: { jobIds: [jobId] } });
    expect(await grid.call(getJob, { params: { jobId } })).toMatchObject({ status: 'Killed', attempt, outputs: [] });
    expect(await grid.call(peekJob, { params: { jobId }, query: {} })).toMatchObject({ text: '', complete: true });
  });
});

describeGrid('job parameters', (start) => {
  it('are what the pilot and the owner noted of this attempt', async () => {
    const grid = await start();
    const node = await grid.pilot();
    const { jobId, attempt } = await oneMatched(grid, node);
    const said: StatusReport = { sequence: 1, status: 'Running', minorStatus: 'x', parameters: { ModelName: 'Z80', HostName: 'wn1' } };
    await node.report({ jobId, attempt, statuses: [said] });
    await node.report({ jobId, attempt, statuses: [{ ...said, parameters: { ModelName: 'said twice, taken once' } }] });
    await grid.call(setJobParameters, { params: { jobId }, body: { parameters: { Purpose: 'calibration', HostName: 'mine' } } });
    const noted = async () => (await grid.call(getJob, { params: { jobId } })).jobParameters.map(({ name, value }) => [name, value]);
    expect(await noted()).toEqual([['HostName', 'mine'], ['ModelName', 'Z80'], ['Purpose', 'calibration']]); // prettier-ignore
    await losePilot(grid.database, node.pilotId, { status: 'Aborted', why: 'Pilot died' });
    await next(await grid.pilot());
    expect(await noted()).toEqual([]);
    const many = (from: number) => ({ parameters: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`n${from + i}`, 'v'])) });
    for (let n = 50; n < mostJobParameters; n += 50) await grid.call(setJobParameters, { params: { jobId }, body: many(n) });
    await expect(grid.call(setJobParameters, { params: { jobId }, body: many(0) })).rejects.toMatchObject({ code: 'TooLarge' });
    await expect(grid.call(setJobParameters, { params: { jobId: 999 }, body: many(0) })).rejects.toMatchObject({ code: 'NotFound' });
  });
});

describeGrid('pilots that say nothing any more', (start) => {
  it('are given up after half an hour in which the server listened; one that spoke is not', async () => {
    const grid = await start();
    const [silent, alive] = [await grid.pilot(), await grid.pilot()];
    const { jobId } = await oneMatched(grid, silent);
    await alive.match();
    let aheadMs = 0;
    const gone: number[] = [];
    const clock = Object.create(grid.database, {
      nowMs: { value: async () => (await grid.database.nowMs()) + aheadMs },
    }) as typeof grid.database;
    const pass = createPilotCleaningAgent(clock, (_applied, pilotId) => Promise.resolve(void gone.push(pilotId)));
    await pass();
    for (; aheadMs < silentPilotMs; aheadMs += 60_000) await pass();
    await grid.database.transaction(async (tx) => void (await tx.updateTable('pilots').set({ last_update_ms: aheadMs + Date.now() }).where('pilot_id', '=', alive.pilotId).execute())); // prettier-ignore
    aheadMs += 60_000;
    await pass();
    expect(gone).toEqual([silent.pilotId]);
    expect((await readPilot(grid.database.read, silent.pilotId))?.status).toBe('Aborted');
    expect(await grid.call(getJob, { params: { jobId } })).toMatchObject({ status: 'Waiting', rescheduleCounter: 1 });
    await expect(silent.match()).rejects.toMatchObject({ code: 'StalePilot' });
  });
});
