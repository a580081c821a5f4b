import { submitJobs, whyJob } from '@diraclab/contract';
import type { JobDescription, ResourceOffer } from '@diraclab/contract';
import { describeGrid, ranWell } from '../testing/test-grid.ts';
import type { TestGrid } from '../testing/test-grid.ts';

const here = 'DIRAC.Test.local';

describeGrid('why', (start) => {
  const submit = async ({ call }: TestGrid, needs: Partial<JobDescription> = {}): Promise<number> =>
    (await call(submitJobs, { body: { description: { executable: '/bin/true', ...needs }, force: true } })).jobIds[0] ?? 0;
  const why = ({ call }: TestGrid, jobId: number) => call(whyJob, { params: { jobId } });

  /** Each as the only thing that is wrong, said by a real pilot's question. */
  const causes: [string, Partial<JobDescription>, Partial<ResourceOffer>, RegExp][] = [
    ['OTHER_SITE', { sites: ['LCG.CERN.cern'] }, {}, /is at DIRAC\.Test\.local; the job wants LCG\.CERN\.cern/],
    ['BANNED_SITE', { bannedSites: [here] }, {}, /which the job excludes/],
    ['OTHER_PLATFORM', { platforms: ['arm64-linux'] }, {}, /has the platform x86_64-linux/],
    ['MISSING_TAG', { tags: ['GPU', 'big'] }, { tags: ['big'] }, /offers big; the job needs the tag GPU/],
    ['TOO_LITTLE_TIME', { cpuTimeS: 200_000 }, { cpuTimeLeftS: 100_000 }, /has 86400 s of CPU time left/],
    ['TOO_FEW_PROCESSORS', { numberOfProcessors: 9 }, { processors: 8 }, /has 8 processors; the job asks for 9/],
    ['TOO_LITTLE_MEMORY', { minRamMB: 9000 }, { ramMB: 8000 }, /has 8000 MB of memory; the job asks for 9000 MB/],
  ];
  it.each(causes)('%s is named, with what to do', async (code, needs, offer, sentence) => {
    const grid = await start();
    const jobId = await submit(grid, needs);
    expect(await (await grid.pilot(here)).match(offer)).toEqual([]);
    const told = await why(grid, jobId);
    expect(told).toMatchObject({
      code,
      fits: { now: 0, of: 1 },
      causes: [{ code, resources: 1 }],
      funnel: [{ left: 1 }, { code, left: 0 }],
    });
    expect(told.headline).toMatch(sentence);
    expect(told.changes).toHaveLength(1);
    expect(told.next).toContain(told.changes[0]?.text.slice(1));
  });

  it('NO_PILOT: nobody ever asked', async () => {
    const grid = await start();
    expect(await why(grid, await submit(grid))).toMatchObject({
      code: 'NO_PILOT',
      fits: { now: 0, of: 0 },
      causes: [{ code: 'NO_PILOT' }],
    });
  });

  it('OTHER_VO: pilots there are, but of others; who they are is not told', async () => {
    const grid = await start();
    const jobId = await submit(grid);
    const pilot = await grid.pilot();
    await grid.database.transaction((tx) =>
      tx.updateTable('pilots').set({ vo: 'secret.vo' }).where('pilot_id', '=', pilot.pilotId).execute(),
    );
    expect(await pilot.match()).toEqual([]);
    const told = await why(grid, jobId);
    expect(told).toMatchObject({ code: 'OTHER_VO', actor: 'community', fits: { now: 0, of: 0 } });
    expect(JSON.stringify(told)).not.toContain('secret.vo');
  });

  it('TURN: others come first; NO_FREE_SLOT: nobody does, and all slots are taken', async () => {
    const grid = await start();
    const node = await grid.pilot();
    const [first, second, third] = [await submit(grid), await submit(grid), await submit(grid)];
    expect(await node.match()).toMatchObject([{ jobId: first }]);
    expect(await why(grid, second)).toMatchObject({ code: 'NO_FREE_SLOT', order: { ahead: 0 }, causes: [{ resources: 1 }] });
    expect(await why(grid, third)).toMatchObject({ code: 'TURN', order: { ahead: 1, startedLastHour: 1, typicalWait: null } });
  });

  it('TURN also for what competes in other queues', async () => {
    const grid = await start();
    await (await grid.pilot()).match();
    for (const minRamMB of [1, 2, 3]) await submit(grid, { minRamMB });
    await submit(grid, { tags: ['GPU'] });
    // The one with the tag wants nothing that this one could have.
    expect((await why(grid, await submit(grid))).order).toMatchObject({ ahead: 0, competing: 3 });
  });

  it('NO_PILOT_NOW: after a restart, what is known of the site is still known', async () => {
    const grid = await start();
    await (await grid.pilot()).match();
    await grid.restart();
    expect(await why(grid, await submit(grid, { minRamMB: 8000 }))).toMatchObject({ code: 'NO_PILOT_NOW', fits: { now: 1, of: 1 } });
    expect(await why(grid, await submit(grid, { tags: ['GPU'] }))).toMatchObject({ code: 'MISSING_TAG', fits: { now: 0, of: 1 } });
  });

  it('HELD: it waits for a person, and what it would meet after that is still told', async () => {
    const grid = await start();
    const jobId = await submit(grid, { tags: ['GPU'] });
    await (await grid.pilot()).match();
    await grid.database.transaction((tx) =>
      tx.updateTable('jobs').set({ queued: 0, minor_status: 'Held' }).where('job_id', '=', jobId).execute(),
    );
    expect(await why(grid, jobId)).toMatchObject({
      code: 'HELD',
      actor: 'you',
      causes: [{ code: 'HELD' }, { code: 'MISSING_TAG' }],
      next: 'Release it.',
    });
  });

  it('the typical wait is taken from starts, not promised', async () => {
    const grid = await start();
    const node = await grid.pilot();
    for (let n = 0; n < 6; n += 1) await submit(grid);
    await node.match({ slots: 4 });
    expect((await why(grid, await submit(grid))).order?.typicalWait).toBeNull();
    await grid.restart();
    await node.match({ slots: 2 }).catch(() => undefined);
    const again = await grid.pilot();
    await again.match({ slots: 2 });
    const { order } = await why(grid, await submit(grid));
    expect(order?.typicalWait).toMatchObject({ jobs: order?.startedLastHour, of: 'queue' });
    expect(order?.typicalWait?.p90Ms).toBeGreaterThanOrEqual(order?.typicalWait?.p50Ms ?? Infinity);
  });

  it('a job that runs, is silent, or has ended is told as what it is, with its numbers', async () => {
    const grid = await start();
    const node = await grid.pilot();
    const jobId = await submit(grid, { minRamMB: 2048 });
    const [job] = await node.match();
    if (job === undefined) throw new Error('nothing was matched');
    expect((await why(grid, jobId)).headline).toContain('It is not waiting: a pilot at DIRAC.Test.local has it');
    await node.report({ jobId, attempt: job.attempt, statuses: [{ sequence: 1, status: 'Running', minorStatus: 'Application' }] });
    expect(await why(grid, jobId)).toMatchObject({ code: 'Running', order: null, next: `dpeek ${jobId} shows its output so far.` });
    await grid.database.transaction((tx) => tx.updateTable('jobs').set({ status: 'Stalled' }).where('job_id', '=', jobId).execute());
    expect(await why(grid, jobId)).toMatchObject({ code: 'Stalled', actor: 'system' });
    const [, , done] = ranWell(job).statuses;
    const end = {
      ...done?.end,
      reason: 'overMemory' as const,
      exitCode: 137,
      maxRssMB: 2150,
      cpuTimeUsedS: 1,
      wallTimeUsedS: 1,
      outputs: [],
    };
    await node.report({ jobId, attempt: job.attempt, statuses: [{ sequence: 2, status: 'Failed', minorStatus: 'Job over memory', end }] });
    expect(await why(grid, jobId)).toMatchObject({
      code: 'overMemory',
      actor: 'you',
      headline: 'Failed at DIRAC.Test.local: it ran out of memory: used 2,150 MB of 2 GiB.',
      next: 'Submit it again with more memory, for example minRamMB 3225.',
    });
  });
});
