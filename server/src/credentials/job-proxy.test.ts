import { getJobProxy, searchAudit, submitJobs, uploadProxy } from '@diraclab/contract';
import { withPeople } from '../testing/sign-in.ts';
import { describeGrid, ranWell } from '../testing/test-grid.ts';
import { fileOf, TestCa } from './testing.ts';

let ca: TestCa;
let pem: string;
beforeAll(() => {
  ca = new TestCa();
  const alice = ca.person('alice');
  pem = fileOf(ca.proxy('alice', alice), alice);
});
afterAll(() => ca.remove());

const description = { executable: '/bin/true', proxy: true };

describeGrid('proxies for jobs', (start) => {
  it('the pilot that holds a job which asks for one gets its owner’s, while it holds it; nobody else, and it is written down', async () => {
    const grid = await start({ trustedCasDirectory: ca.trusted });
    const as = await withPeople(grid);
    const her = await as('alice', 'vo-a', 'a_user');
    await her.call(uploadProxy, { body: { pem } });
    const { jobIds } = await her.call(submitJobs, { body: { description } });
    const { jobIds: plain } = await her.call(submitJobs, { body: { description: { executable: '/bin/true' } } });
    const [node, other] = [await grid.pilot('DIRAC.A.local', 'vo-a'), await grid.pilot('DIRAC.A.local', 'vo-a')];
    const ofJob = { params: { jobId: jobIds[0] ?? 0 } };
    const absent = { code: 'NotFound', message: `There is no job ${jobIds[0]}.` };
    await expect(node.call(getJobProxy, ofJob)).rejects.toMatchObject(absent);
    const jobs = await node.match({ slots: 2 });
    const job = jobs.find(({ jobId }) => jobId === jobIds[0]);
    if (job === undefined) throw new Error('the job was not matched');
    const given = await node.call(getJobProxy, ofJob);
    expect(given.pem).toContain('PRIVATE KEY');
    await expect(other.call(getJobProxy, ofJob)).rejects.toMatchObject(absent);
    await expect(her.call(getJobProxy, ofJob)).rejects.toMatchObject({ code: 'NotAllowed' });
    await expect(node.call(getJobProxy, { params: { jobId: plain[0] ?? 0 } })).rejects.toMatchObject({ code: 'NotFound' });
    await node.report(ranWell(job));
    await expect(node.call(getJobProxy, ofJob)).rejects.toMatchObject(absent);
    const operator = await as('olga', 'vo-ops', 'ops');
    const { entries } = await operator.call(searchAudit, { body: { acts: ['credential'], jobId: job.jobId } });
    expect(entries).toMatchObject([{ owner: 'alice', pilotId: node.pilotId, jobIds: String(job.jobId) }]);
    expect(JSON.stringify(entries)).not.toContain('PRIVATE');
  });

  it('a job that asks for a proxy is refused where there is none, with what to do', async () => {
    const grid = await start();
    await expect(grid.call(submitJobs, { body: { description } })).rejects.toMatchObject({
      code: 'BadRequest',
      message: expect.stringContaining('you have stored none; nothing was submitted') as string,
      next: expect.stringContaining('dproxy upload') as string,
    });
  });
});
