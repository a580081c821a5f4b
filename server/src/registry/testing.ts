import type { RegistryFile } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import { changeRegistry } from './change-registry.ts';
import { editsToReplace } from './transfer.ts';

export const checkIn = 'https://aai.example.org';

const rule = (vo: string, ...roles: { role: string; ownerGroup: string }[]) => ({
  issuers: [checkIn],
  namespace: 'urn:mace:example.org',
  authorities: ['aai.example.org'],
  roles,
  group: vo,
});

export const entitlementOf = (vo: string, role = 'member'): string => `urn:mace:example.org:group:${vo}:role=${role}#aai.example.org`;

/** Two VOs that must not know of each other, with everybody who is anybody. */
export const twoVos: RegistryFile = {
  format: 'diraclab-registry-1',
  vos: [
    {
      name: 'vo-a',
      title: 'Astronomers',
      defaultGroup: 'a_user',
      entitlement: rule('vo-a', { role: 'member', ownerGroup: 'a_user' }, { role: 'admin', ownerGroup: 'a_admin' }),
    },
    { name: 'vo-b', defaultGroup: 'b_user', entitlement: rule('vo-b', { role: 'member', ownerGroup: 'b_user' }) },
    { name: 'vo-ops' },
  ],
  groups: [
    { vo: 'vo-a', name: 'a_user', properties: ['NormalUser'], jobShare: 1000 },
    { vo: 'vo-a', name: 'a_shared', properties: ['NormalUser', 'JobSharing'] },
    { vo: 'vo-a', name: 'a_admin', properties: ['NormalUser', 'JobAdministrator'] },
    { vo: 'vo-a', name: 'a_manager', properties: ['VOManager'] },
    { vo: 'vo-b', name: 'b_user', properties: ['NormalUser'] },
    { vo: 'vo-b', name: 'b_admin', properties: ['NormalUser', 'JobAdministrator'] },
    { vo: 'vo-b', name: 'b_manager', properties: ['NormalUser', 'JobAdministrator', 'VOManager'] },
    { vo: 'vo-ops', name: 'ops', properties: ['Operator', 'ServiceAdministrator'] },
  ],
  people: [
    person('alice', 'vo-a/a_user', 'vo-a/a_shared'),
    person('anna', 'vo-a/a_shared'),
    person('adam', 'vo-a/a_admin'),
    person('amy', 'vo-a/a_manager'),
    person('bob', 'vo-b/b_user'),
    person('bea', 'vo-b/b_admin'),
    person('ben', 'vo-b/b_manager'),
    person('olga', 'vo-ops/ops'),
  ],
  robots: [
    {
      owner: 'portal',
      identities: [{ issuer: checkIn, subject: 'portal@example.org' }],
      vo: 'vo-a',
      ownerGroup: 'a_user',
      rights: ['EndUserSubmission'],
    },
  ],
};

function person(owner: string, ...groups: string[]): RegistryFile['people'][number] {
  return {
    owner,
    identities: [{ issuer: checkIn, subject: `${owner}@example.org` }],
    memberships: groups.map((group) => ({ vo: group.split('/')[0] ?? '', ownerGroup: group.split('/')[1] ?? '', from: 'registry' })),
  };
}

export async function fillRegistry(database: Database, file: RegistryFile): Promise<number> {
  return database.transaction(async (tx, nowMs) => {
    const { version } = await changeRegistry(tx, { owner: 'operator' }, 'import', nowMs, () => editsToReplace(tx, file));
    return version;
  });
}
