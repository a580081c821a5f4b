import {
  deleteJobs,
  getJob,
  getJobLog,
  killJobs,
  listGroups,
  rescheduleJobs,
  searchJobs,
  submitJobs,
  uploadSandboxFile,
} from '@diraclab/contract';
import { createHash } from 'node:crypto';
import { describeGrid, ranWell } from '../testing/test-grid.ts';

const hello = { executable: '/bin/echo', arguments: ['hello'] };
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

describeGrid('submitting', (start) => {
  it('a job is there with its description, waits in its queue, and its history says so', async () => {
    const { call } = await start();
    const { jobIds, jobGroup } = await call(submitJobs, { body: { description: { ...hello, jobName: 'greeting' } } });
    expect(jobGroup).toBe('NoGroup');
    const job = await call(getJob, { params: { jobId: jobIds[0] ?? 0 } });
    expect(job).toMatchObject({
      jobName: 'greeting',
      status: 'Waiting',
      minorStatus: 'Pilot Agent Submission',
      site: 'ANY',
      attempt: 0,
      description: hello,
    });
    const { entries } = await call(getJobLog, { params: { jobId: job.jobId } });
    expect(entries.map(({ status, minorStatus }) => `${status}/${minorStatus}`)).toEqual([
      'Received/Job accepted',
      'Waiting/Pilot Agent Submission',
    ]);
  });

  it('a sweep is one call, one group, and its parameters reach the pilot filled in', async () => {
    const { call, pilot } = await start();
    const parameters = Array.from({ length: 300 }, (_, seed) => ({ seed, label: `s${seed}` }));
    const { jobIds, jobGroup } = await call(submitJobs, {
      body: {
        description: { executable: './fit.sh', arguments: ['{seed}', '${HOME}', '{index}', '{other}'], jobName: 'fit {label}' },
        parameters,
      },
    });
    expect(jobIds).toHaveLength(300);
    expect(new Set(jobIds).size).toBe(300);
    const { groups } = await call(listGroups, { query: {} });
    expect(groups).toMatchObject([{ jobGroup, total: 300, counts: { Waiting: 300 } }]);
    const [first, second] = await (await pilot()).match({ slots: 2 });
    expect(first?.description).toMatchObject({ arguments: ['0', '${HOME}', '0', '{other}'], jobName: 'fit s0' });
    expect(second?.description.arguments).toEqual(['1', '${HOME}', '1', '{other}']);
  });

  it('the same idempotency key gives the same jobs, also after a restart, and another submission under it is refused', async () => {
    const grid = await start();
    const body = { description: hello, parameters: [{ x: 1 }, { x: 2 }], idempotencyKey: 'scan-v1' };
    const first = await grid.call(submitJobs, { body });
    await grid.restart();
    expect(await grid.call(submitJobs, { body })).toEqual({ ...first, repeated: true });
    await expect(grid.call(submitJobs, { body: { ...body, parameters: [{ x: 3 }] } })).rejects.toMatchObject({ code: 'KeyReused' });
    expect((await grid.call(searchJobs, { body: {} })).total).toBe(2);
  });

  it('twenty callers with one key at the same moment make one job', async () => {
    const { call } = await start();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => call(submitJobs, { body: { description: hello, idempotencyKey: 'once' } })),
    );
    expect(new Set(answers.map(({ jobIds }) => jobIds[0])).size).toBe(1);
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
  });

  it('input files must have been sent; a refused submission leaves nothing', async () => {
    const { call } = await start();
    const inputSandbox = [{ path: 'in/data.txt', digest: digestOf('42'), sizeBytes: 2 }];
    await expect(call(submitJobs, { body: { description: { ...hello, inputSandbox } } })).rejects.toMatchObject({
      code: 'MissingSandboxFile',
      message: expect.stringContaining('in/data.txt') as string,
    });
    expect((await call(searchJobs, { body: {} })).total).toBe(0);
    await call.upload(uploadSandboxFile, { params: { digest: digestOf('42') } }, { data: Buffer.from('42'), sizeBytes: 2 });
    await expect(call(submitJobs, { body: { description: { ...hello, inputSandbox } } })).resolves.toMatchObject({ repeated: false });
  });

  it.each([
    ['no executable', {}, /executable.*"steps"/],
    ['both forms', { ...hello, steps: [{ executable: 'x' }] }, /either "executable" or "steps"/],
    ['an unknown word', { ...hello, cputime: 5 }, /cputime/],
    ['a path that leaves', { ...hello, inputSandbox: [{ path: '../x', digest: digestOf(''), sizeBytes: 0 }] }, /inputSandbox\.0\.path/],
    ['a twin spelling', { ...hello, outputSandbox: ['a//b'] }, /outputSandbox\.0/],
    ['no number', { ...hello, cpuTimeS: '1h' }, /cpuTimeS/],
    ['too much of it', { ...hello, priority: 11 }, /priority/],
    ['two lines in a name', { ...hello, jobName: 'a\nb' }, /jobName/],
  ])('refuses %s and names the field', async (_title, description, sentence) => {
    const { call } = await start();
    await expect(call(submitJobs, { body: { description: description as never } })).rejects.toMatchObject({
      code: 'BadRequest',
      message: expect.stringMatching(sentence) as string,
    });
  });

  it('refuses a bulk over the limit, unequal rows, and a row that makes a bad description, whole', async () => {
    const { call } = await start({ maxBulkJobs: 10 });
    const refused = (parameters: Record<string, string | number>[], description: object = hello) =>
      call(submitJobs, { body: { description: description as never, parameters } });
    await expect(refused(Array.from({ length: 11 }, (_, x) => ({ x })))).rejects.toMatchObject({
      code: 'TooLarge',
      message: expect.stringContaining('11') as string,
    });
    await expect(refused([{ x: 1 }, { y: 1 }])).rejects.toMatchObject({
      code: 'BadRequest',
      message: expect.stringContaining('parameters.1') as string,
    });
    await expect(refused([{ x: 'ok' }, { x: '../../etc/passwd' }], { ...hello, outputSandbox: ['{x}'] })).rejects.toMatchObject({
      code: 'BadRequest',
    });
    expect((await call(searchJobs, { body: {} })).total).toBe(0);
  });
});

describeGrid('acts on jobs', (start) => {
  it('a waiting job is killed at once and leaves the queue; a second kill is harmless', async () => {
    const { call, pilot } = await start();
    const { jobIds } = await call(submitJobs, { body: { description: hello } });
    expect(await call(killJobs, { body: { jobIds } })).toEqual({ successful: jobIds, failed: [] });
    expect(await call(killJobs, { body: { jobIds } })).toEqual({ successful: jobIds, failed: [] });
    expect(await (await pilot()).match()).toEqual([]);
    expect((await call(getJob, { params: { jobId: jobIds[0] ?? 0 } })).status).toBe('Killed');
  });

  it('a running job is killed through its pilot, and what the pilot then says is what counts', async () => {
    const { call, pilot } = await start();
    await call(submitJobs, { body: { description: hello } });
    const node = await pilot();
    const [job] = await node.match();
    if (job === undefined) throw new Error('nothing matched');
    const { jobId, attempt } = job;
    await node.report({ jobId, attempt, statuses: [{ sequence: 1, status: 'Running', minorStatus: 'Application' }] });
    await call(killJobs, { body: { jobIds: [jobId] } });
    expect((await call(getJob, { params: { jobId } })).status).toBe('Running');
    const { jobs } = await node.report({ jobId, attempt, statuses: [] });
    expect(jobs).toMatchObject([{ command: 'Kill', outcome: 'accepted' }]);
    const end = { reason: 'killed' as const, exitCode: null, cpuTimeUsedS: 1, wallTimeUsedS: 2, maxRssMB: null, outputs: [] };
    await node.report({ jobId, attempt, statuses: [{ sequence: 2, status: 'Killed', minorStatus: 'Received Kill signal', end }] });
    expect(await call(getJob, { params: { jobId } })).toMatchObject({ status: 'Killed', endReason: 'killed', cpuTimeUsedS: 1 });
  });

  it('each job of an act succeeds or is refused with its reason; absent ones are said to be absent', async () => {
    const { call, pilot } = await start();
    const { jobIds } = await call(submitJobs, { body: { description: hello, parameters: [{ x: 1 }, { x: 2 }] } });
    const [first = 0, second = 0] = jobIds;
    await (await pilot()).match();
    const result = await call(deleteJobs, { body: { jobIds: [first, second, 999_999] } });
    expect(result.successful).toEqual([second]);
    expect(result.failed).toMatchObject([
      { jobId: first, code: 'IllegalTransition', detail: expect.stringContaining('kill it first') as string },
      { jobId: 999_999, code: 'NotFound' },
    ]);
    expect((await call(searchJobs, { body: {} })).jobs.map(({ jobId }) => jobId)).toEqual([first]);
  });

  it('acts on what conditions hold for, in the database', async () => {
    const { call } = await start();
    await call(submitJobs, { body: { description: { ...hello, jobName: 'keep' } } });
    await call(submitJobs, { body: { description: { ...hello, jobName: 'drop' }, parameters: [{ x: 1 }, { x: 2 }, { x: 3 }] } });
    const { successful } = await call(killJobs, { body: { where: [{ field: 'jobName', operator: 'eq', values: ['drop'] }] } });
    expect(successful).toHaveLength(3);
  });

  it('a rescheduled job runs again as a new attempt, and the old one is stale', async () => {
    const { call, pilot } = await start();
    const { jobIds } = await call(submitJobs, { body: { description: hello } });
    const node = await pilot();
    const [old] = await node.match();
    await call(rescheduleJobs, { body: { jobIds } });
    const [again] = await node.match();
    if (old === undefined || again === undefined) throw new Error('nothing matched');
    expect([old.attempt, again.attempt]).toEqual([1, 2]);
    expect((await node.report(ranWell(old))).jobs).toMatchObject([{ outcome: 'stale' }]);
    expect((await node.report(ranWell(again))).jobs).toMatchObject([{ outcome: 'accepted', sequence: 3 }]);
    const job = await call(getJob, { params: { jobId: again.jobId } });
    expect(job).toMatchObject({ status: 'Done', rescheduleCounter: 1 });
    expect(job.attempts).toMatchObject([
      { attempt: 1, outcome: 'Job Rescheduled' },
      { attempt: 2, outcome: 'Done: Execution Complete' },
    ]);
  });
});
