import { describeBothDatabases } from '../database/testing.ts';
import type { Database } from '../database/port.ts';
import { exportRegistry } from './transfer.ts';
import { listMemberships, readMembership, readRegistryVersion, signInPerson } from './index.ts';
import type { ProviderIdentity } from './index.ts';
import { checkIn, entitlementOf, fillRegistry, twoVos } from './testing.ts';

const carol: ProviderIdentity = {
  provider: 'Check-in',
  issuer: checkIn,
  subject: 'c4r01@example.org',
  preferredUsername: 'Carol',
  name: 'Carol Shaw',
  email: 'carol@example.org',
  entitlements: [entitlementOf('vo-a')],
};

describeBothDatabases('a person signs in', (open) => {
  const service = async (): Promise<Database> => {
    const database = await open();
    await fillRegistry(database, twoVos);
    return database;
  };

  it('is made at the first sign-in, found at the next, and a sign-in that says nothing new changes nothing', async () => {
    const database = await service();
    const first = await signInPerson(database, carol);
    expect(first).toMatchObject({
      owner: 'carol',
      memberships: [{ vo: 'vo-a', ownerGroup: 'a_user', properties: ['NormalUser'], isDefault: true }],
    });
    const version = await readRegistryVersion(database.read);
    expect(await signInPerson(database, carol)).toEqual(first);
    expect(await readRegistryVersion(database.read)).toBe(version);
    expect(await readMembership(database.read, first.personId, 'vo-a', 'a_user')).toEqual({ owner: 'carol', properties: ['NormalUser'] });
    expect(await readMembership(database.read, first.personId, 'vo-b', 'b_user')).toBeUndefined();
  });

  it('first sign-ins at once make one person each, with names of their own for ever', async () => {
    const database = await service();
    const twins = [1, 2, 3, 4].flatMap((n) => Array.from({ length: 3 }, () => ({ ...carol, subject: `carol-${n}` })));
    const signedIn = await Promise.all(twins.map((twin) => signInPerson(database, twin)));
    expect([...new Set(signedIn.map(({ owner }) => owner))].sort()).toEqual(['carol', 'carol2', 'carol3', 'carol4']);
    expect(new Set(signedIn.map(({ personId }) => personId)).size).toBe(4);
    await fillRegistry(database, twoVos);
    // The carols were taken out of the registry; who is called so now is somebody else, and gets another name.
    expect((await signInPerson(database, { ...carol, subject: 'new' })).owner).toBe('carol5');
  });

  it('what the provider says no more is taken back, also when nothing is left; what the registry gave stays', async () => {
    const database = await service();
    const { personId } = await signInPerson(database, carol);
    await expect(signInPerson(database, { ...carol, entitlements: [] })).rejects.toMatchObject({ code: 'SignInRefused' });
    expect(await readMembership(database.read, personId, 'vo-a', 'a_user')).toBeUndefined();
    const adam = { provider: 'Check-in', issuer: checkIn, subject: 'adam@example.org', entitlements: [] };
    expect((await signInPerson(database, adam)).memberships.map(({ ownerGroup }) => ownerGroup)).toEqual(['a_admin']);
  });

  it('whom no VO admits is refused, and nobody is made', async () => {
    const database = await service();
    const before = await exportRegistry(database.read);
    for (const entitlements of [[], [entitlementOf('vo-c')], [entitlementOf('vo-a', 'guest')]])
      await expect(signInPerson(database, { ...carol, entitlements })).rejects.toMatchObject({ code: 'SignInRefused' });
    await expect(signInPerson(database, { ...carol, issuer: 'https://evil.example.org' })).rejects.toMatchObject({ code: 'SignInRefused' });
    expect(await exportRegistry(database.read)).toEqual(before);
  });

  it('the suspended are refused with the reason, and what they hold does not hold any more', async () => {
    const database = await service();
    const { personId } = await signInPerson(database, carol);
    const file = await exportRegistry(database.read);
    const suspended = { reason: 'mines coins', by: 'olga', since: '2026-11-23T10:00:00.000Z' };
    const people = file.people.map((person) => (person.owner === 'carol' ? { ...person, suspended } : person));
    await fillRegistry(database, { ...file, people });
    await expect(signInPerson(database, carol)).rejects.toMatchObject({ code: 'SignInRefused', message: expect.stringContaining('mines coins') as string }); // prettier-ignore
    expect(await readMembership(database.read, personId, 'vo-a', 'a_user')).toBeUndefined();
    expect(await listMemberships(database.read, personId)).toEqual([]);
    await fillRegistry(database, file);
    expect((await signInPerson(database, carol)).personId).toBe(personId);
  });

  it('a robot has the narrow rights that are named, whatever its group has', async () => {
    const database = await service();
    const portal = { provider: 'Check-in', issuer: checkIn, subject: 'portal@example.org', entitlements: [entitlementOf('vo-a', 'admin')] };
    const { memberships } = await signInPerson(database, portal);
    expect(memberships).toEqual([{ vo: 'vo-a', ownerGroup: 'a_user', properties: ['NormalUser', 'EndUserSubmission'], isDefault: true }]);
  });

  it('export and import come round without a difference, and old versions can be read', async () => {
    const database = await service();
    const first = await readRegistryVersion(database.read);
    await signInPerson(database, carol);
    const file = await exportRegistry(database.read);
    const copy = await open();
    await fillRegistry(copy, JSON.parse(JSON.stringify(file)) as typeof file);
    expect(JSON.stringify(await exportRegistry(copy.read))).toBe(JSON.stringify(file));
    expect((await exportRegistry(database.read, first)).people.map(({ owner }) => owner)).not.toContain('carol');
    expect((await exportRegistry(database.read)).people.map(({ owner }) => owner)).toContain('carol');
  });
});
