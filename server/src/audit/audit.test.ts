import { changeRegistry, killJobs, searchAudit, submitJobs } from '@diraclab/contract';
import { withPeople } from '../testing/sign-in.ts';
import { describeGrid } from '../testing/test-grid.ts';
import { createAuditCleaningAgent } from './audit-cleaning-agent.ts';
import { toRanges } from './audit.ts';

const hello = { executable: '/bin/echo' };

describeGrid('the audit trail', (start) => {
  it('says who did what with which token, and where it ran; a bulk is one line; it can be searched and paged', async () => {
    const grid = await start();
    const as = await withPeople(grid);
    const [alice, amy] = [await as('alice', 'vo-a', 'a_user'), await as('amy', 'vo-a', 'a_manager')];
    const parameters = Array.from({ length: 200 }, (_, n) => ({ n }));
    const { jobIds, jobGroup } = await alice.call(submitJobs, { body: { description: hello, parameters } });
    const node = await grid.pilot('DIRAC.Test.local', 'vo-a');
    await node.match();
    await alice.call(killJobs, { body: { jobIds: [jobIds[5] ?? 0, jobIds[9] ?? 0] } });
    await amy.call(changeRegistry, { body: { changes: [{ change: 'suspend', owner: 'alice', vo: 'vo-a', reason: 'x' }] } });
    const { entries } = await amy.call(searchAudit, { body: {} });
    expect(entries).toMatchObject([
      { act: 'registryChange', owner: 'amy', tokenId: 'token-of-amy' },
      { act: 'kill', owner: 'alice', count: 2, jobIds: `${jobIds[5]},${jobIds[9]}`, tokenId: 'token-of-alice' },
      { act: 'match', owner: 'alice', pilotId: node.pilotId, site: 'DIRAC.Test.local', jobIds: String(jobIds[0]) },
      { act: 'submit', owner: 'alice', count: 200, jobIds: `${jobIds[0]}-${jobIds[199]}`, jobGroup },
    ]);
    const acts = async (body: object) => (await amy.call(searchAudit, { body })).entries.map(({ act }) => act);
    expect(await acts({ jobId: jobIds[5] })).toEqual(['kill', 'submit']);
    expect(await acts({ jobId: jobIds[7] })).toEqual(['submit']);
    expect(await acts({ pilotId: node.pilotId })).toEqual(['match']);
    const first = await amy.call(searchAudit, { body: { limit: 3 } });
    expect((await amy.call(searchAudit, { body: { limit: 3, after: first.next ?? '' } })).entries).toHaveLength(1);
  });

  it('lines go after their months, not before', async () => {
    const grid = await start();
    await grid.call(submitJobs, { body: { description: hello } });
    const clean = createAuditCleaningAgent(grid.database, 13);
    const count = async () => (await grid.database.read.selectFrom('audit').select('audit_id').execute()).length;
    const age = (days: number) =>
      grid.database.transaction(async (tx) => void (await tx.updateTable('audit').set((eb) => ({ time_ms: eb('time_ms', '-', days * 86_400_000) })).execute())); // prettier-ignore
    await age(396);
    await grid.call(submitJobs, { body: { description: hello } });
    await clean();
    expect(await count()).toBe(2);
    await age(8);
    await clean();
    expect(await count()).toBe(1);
  });
});

it('ids are written as ranges', () => {
  expect(toRanges([5, 7, 9, 10, 11, 12])).toBe('5,7,9-12');
});
