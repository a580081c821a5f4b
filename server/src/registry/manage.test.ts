import { changeRegistry, exportRegistry, importRegistry, listPeople, listRegistryVersions, readRegistry } from '@diraclab/contract';
import type { RegistryEdit } from '@diraclab/contract';
import { withPeople } from '../testing/sign-in.ts';
import { describeGrid } from '../testing/test-grid.ts';
import { checkIn } from './testing.ts';

const inA = { vo: 'vo-a', ownerGroup: 'a_user' };

describeGrid('the registry and who may change it', (start) => {
  it('the manager of a VO changes its members, groups and shares; each change is a version with who and what', async () => {
    const grid = await start();
    const as = await withPeople(grid);
    const amy = await as('amy', 'vo-a', 'a_manager');
    const { version } = await amy.call(changeRegistry, {
      body: {
        note: 'a new working group',
        changes: [
          { change: 'putGroup', group: { vo: 'vo-a', name: 'a_sim', properties: ['NormalUser', 'JobSharing'], jobShare: 500 } },
          { change: 'addMember', vo: 'vo-a', ownerGroup: 'a_sim', owner: 'alice' },
          { change: 'addMember', vo: 'vo-a', ownerGroup: 'a_sim', identity: { issuer: checkIn, subject: 'new@x' }, name: 'Ada Lovelace' },
        ],
      },
    });
    const { people } = await amy.call(listPeople, { query: {} });
    expect(people.map(({ owner }) => owner)).toEqual(['ada-lovelace', 'adam', 'alice', 'amy', 'anna']);
    const { versions } = await amy.call(listRegistryVersions, { query: { limit: 1 } });
    expect(versions).toMatchObject([{ version, owner: 'amy', note: 'a new working group', tokenId: 'token-of-amy' }]);
    expect(versions[0]?.changes.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual(['group vo-a/a_sim', 'person ada-lovelace', 'person alice']); // prettier-ignore
    const before = await amy.call(readRegistry, { query: { version: version - 1 } });
    expect(before.groups.map(({ name }) => name)).not.toContain('a_sim');
    expect((await amy.call(readRegistry, { query: {} })).vos.map(({ name }) => name)).toEqual(['vo-a']);
  });

  it.each([
    ['give a right beyond the VO', { change: 'putGroup', group: { vo: 'vo-a', name: 'x', properties: ['Operator'] } }, 'NotAllowed'],
    ['make pilots', { change: 'putGroup', group: { vo: 'vo-a', name: 'x', properties: ['GenericPilot'] } }, 'NotAllowed'],
    [
      'give a robot right to a group',
      { change: 'putGroup', group: { vo: 'vo-a', name: 'x', properties: ['EndUserSubmission'] } },
      'NotAllowed',
    ],
    ['join operators', { change: 'addMember', vo: 'vo-ops', ownerGroup: 'ops', owner: 'amy' }, 'NotFound'],
    ['take in somebody of another VO by name', { change: 'addMember', ...inA, owner: 'bob' }, 'NotFound'],
    ['change who is admitted', { change: 'putVo', vo: { name: 'vo-a' } }, 'NotAllowed'],
    ['make a VO', { change: 'putVo', vo: { name: 'vo-new' } }, 'NotFound'],
    ['remove the VO', { change: 'removeVo', name: 'vo-a' }, 'NotAllowed'],
    ['suspend a member everywhere', { change: 'suspend', owner: 'alice', reason: 'x' }, 'NotAllowed'],
    ['write a person', { change: 'putPerson', person: { owner: 'amy', identities: [], memberships: [] } }, 'NotAllowed'],
    ['touch another VO', { change: 'putGroup', group: { vo: 'vo-b', name: 'b_user', properties: [] } }, 'NotFound'],
  ] as [string, RegistryEdit, string][])('the manager of a VO may not %s', async (_what, change, code) => {
    const grid = await start();
    const as = await withPeople(grid);
    const [amy, olga] = [await as('amy', 'vo-a', 'a_manager'), await as('olga', 'vo-ops', 'ops')];
    const before = await olga.call(exportRegistry, { query: {} });
    const good: RegistryEdit = { change: 'removeMember', vo: 'vo-a', ownerGroup: 'a_shared', owner: 'anna' };
    await expect(amy.call(changeRegistry, { body: { changes: [good, change] } })).rejects.toMatchObject({ code });
    expect(await olga.call(exportRegistry, { query: {} })).toEqual(before);
  });

  it('a group in a manager’s VO that an operator gave more rights to is out of reach, or joining it would be the way up', async () => {
    const grid = await start();
    const as = await withPeople(grid);
    const [amy, olga] = [await as('amy', 'vo-a', 'a_manager'), await as('olga', 'vo-ops', 'ops')];
    await olga.call(changeRegistry, { body: { changes: [{ change: 'putGroup', group: { vo: 'vo-a', name: 'a_ops', properties: ['Operator'] } }] } }); // prettier-ignore
    const tries: RegistryEdit[] = [
      { change: 'addMember', vo: 'vo-a', ownerGroup: 'a_ops', owner: 'amy' },
      { change: 'putGroup', group: { vo: 'vo-a', name: 'a_ops', properties: ['NormalUser'] } },
      { change: 'removeGroup', vo: 'vo-a', name: 'a_ops' },
    ];
    for (const change of tries)
      await expect(amy.call(changeRegistry, { body: { changes: [change] } })).rejects.toMatchObject({ code: 'NotAllowed' });
  });

  it('who changes what another changed meanwhile is told so; changes of something else do not matter', async () => {
    const grid = await start();
    const as = await withPeople(grid);
    const [amy, olga] = [await as('amy', 'vo-a', 'a_manager'), await as('olga', 'vo-ops', 'ops')];
    const { version } = await amy.call(readRegistry, { query: {} });
    const share = (jobShare: number) => ({ change: 'putGroup' as const, group: { vo: 'vo-a', name: 'a_user', properties: ['NormalUser' as const], jobShare } }); // prettier-ignore
    await olga.call(changeRegistry, { body: { changes: [{ change: 'putVo', vo: { name: 'vo-c' } }] } });
    await amy.call(changeRegistry, { body: { ifVersion: version, changes: [share(7)] } });
    await expect(olga.call(changeRegistry, { body: { ifVersion: version, changes: [share(8)] } })).rejects.toMatchObject({
      code: 'RegistryChanged',
    });
    expect((await amy.call(readRegistry, { query: {} })).groups.find(({ name }) => name === 'a_user')?.jobShare).toBe(7);
    // Nothing that would be other makes no version.
    const now = (await amy.call(readRegistry, { query: {} })).version;
    expect(await amy.call(changeRegistry, { body: { changes: [share(7)] } })).toEqual({ version: now, changed: 0 });
  });

  it('a file goes round through the door; one with members of groups that are not there is refused whole', async () => {
    const grid = await start();
    const as = await withPeople(grid);
    const olga = await as('olga', 'vo-ops', 'ops');
    const file = await olga.call(exportRegistry, { query: {} });
    expect(await olga.call(importRegistry, { body: { how: 'replace', file } })).toMatchObject({ changed: 0 });
    const broken = { ...file, groups: file.groups.filter(({ name }) => name !== 'b_user') };
    await expect(olga.call(importRegistry, { body: { how: 'replace', file: broken } })).rejects.toMatchObject({ code: 'BadRequest', message: expect.stringContaining('b_user') as string }); // prettier-ignore
    expect(await olga.call(exportRegistry, { query: {} })).toEqual(file);
  });
});
