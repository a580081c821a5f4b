import { changeRegistry, getJob, searchJobs, submitJobs, whyJob } from '@diraclab/contract';
import type { RegistryEdit } from '@diraclab/contract';
import { withPeople } from '../testing/sign-in.ts';
import { describeGrid } from '../testing/test-grid.ts';
import type { TestGrid } from '../testing/test-grid.ts';
import { createSuspendedJobAgent } from './suspended-job-agent.ts';

const hello = { executable: '/bin/echo' };
const pass = (grid: TestGrid) => createSuspendedJobAgent(grid.database, async () => undefined)();

async function stage(grid: TestGrid) {
  const as = await withPeople(grid);
  const amy = await as('amy', 'vo-a', 'a_manager');
  return {
    alice: (await as('alice', 'vo-a', 'a_user')).call,
    adam: (await as('adam', 'vo-a', 'a_admin')).call,
    portal: (await as('portal', 'vo-a', 'a_user')).call,
    node: await grid.pilot('DIRAC.Test.local', 'vo-a'),
    manage: (change: RegistryEdit) => amy.call(changeRegistry, { body: { changes: [change] } }),
  };
}

describeGrid('suspension', (start) => {
  it('nothing more of the suspended is matched, what runs is killed, why says so; lifting it puts the queue back', async () => {
    const grid = await start();
    const { alice, adam, node, manage } = await stage(grid);
    const ids = (await alice(submitJobs, { body: { description: hello, parameters: [{ n: 1 }, { n: 2 }, { n: 3 }] } })).jobIds;
    const [first = 0, second = 0] = ids;
    const [running] = await node.match();
    await node.report({ jobId: first, attempt: 1, statuses: [{ sequence: 1, status: 'Running', minorStatus: 'Application' }] });
    expect(running?.jobId).toBe(first);
    await manage({ change: 'suspend', owner: 'alice', vo: 'vo-a', reason: 'mines coins' });
    // At once, before any agent looked: the claim asks for itself.
    expect(await node.match()).toEqual([]);
    await pass(grid);
    expect((await node.report({ jobId: first, attempt: 1, statuses: [] })).jobs).toMatchObject([{ command: 'Kill' }]);
    await expect(alice(searchJobs, { body: {} })).rejects.toMatchObject({ code: 'NotSignedIn' });
    expect(await adam(whyJob, { params: { jobId: second } })).toMatchObject({ causes: [{ code: 'OWNER_SUSPENDED' }], headline: expect.stringContaining('mines coins') as string }); // prettier-ignore
    expect((await adam(getJob, { params: { jobId: second } })).minorStatus).toBe('Owner suspended');

    await manage({ change: 'lift', owner: 'alice', vo: 'vo-a' });
    await pass(grid);
    const matched = await node.match({ slots: 5 });
    expect(matched.map(({ jobId }) => jobId)).toEqual(ids.slice(1));
    const queues = await grid.database.read.selectFrom('task_queues').select('waiting').execute();
    expect(queues.map(({ waiting }) => waiting)).toEqual([0]);
  });

  it('one end user of a portal is suspended alone: the portal and its others go on', async () => {
    const grid = await start();
    const { alice, adam, portal, node, manage } = await stage(grid);
    const submit = async (onBehalfOf: string) => (await portal(submitJobs, { body: { description: hello, onBehalfOf } })).jobIds[0] ?? 0;
    await expect(alice(submitJobs, { body: { description: hello, onBehalfOf: 'dora' } })).rejects.toMatchObject({ code: 'NotAllowed' });
    const [doras, emils] = [await submit('dora'), await submit('emil')];
    const found = await adam(searchJobs, { body: { where: [{ field: 'endUser', operator: 'eq', values: ['dora'] }] } });
    expect(found.jobs).toMatchObject([{ jobId: doras, owner: 'portal', endUser: 'dora' }]);
    await manage({ change: 'suspend', owner: 'portal', endUser: 'dora', reason: 'left' });
    expect((await node.match({ slots: 5 })).map(({ jobId }) => jobId)).toEqual([emils]);
    await expect(submit('dora')).rejects.toMatchObject({ code: 'NotAllowed', message: expect.stringContaining('left') as string });
    expect(await submit('fay')).toBeGreaterThan(0);
    await manage({ change: 'lift', owner: 'portal', endUser: 'dora' });
    await pass(grid);
    expect((await node.match({ slots: 5 })).map(({ jobId }) => jobId)).toContain(doras);
  });

  it('a pilot without isolation keeps to its first owner; the others wait for another pilot', async () => {
    const grid = await start();
    const { alice, adam } = await stage(grid);
    const open = await grid.pilot('DIRAC.Open.local', 'vo-a', 'none');
    await alice(submitJobs, { body: { description: hello } });
    await adam(submitJobs, { body: { description: hello } });
    expect((await open.match({ slots: 5 })).map(({ owner }) => owner)).toEqual(['alice']);
    expect(await open.match({ slots: 5 })).toEqual([]);
    const { jobIds } = await adam(submitJobs, { body: { description: hello } });
    expect((await adam(whyJob, { params: { jobId: jobIds[0] ?? 0 } })).causes).toContainEqual(
      expect.objectContaining({ code: 'OTHER_OWNER' }),
    );
    await alice(submitJobs, { body: { description: hello } });
    expect((await open.match({ slots: 5 })).map(({ owner }) => owner)).toEqual(['alice']);
  });
});
