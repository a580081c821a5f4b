import type { Client, RegistryFile } from '@diraclab/contract';
import type { Caller, Scope } from '../identity/caller.ts';
import { readMembership } from '../registry/memberships.ts';
import { findPerson } from '../registry/people-store.ts';
import { checkIn, fillRegistry, twoVos } from '../registry/testing.ts';
import type { TestGrid } from './test-grid.ts';

export interface SignedInCaller {
  call: Client;
  token: string;
  caller: () => Promise<Caller | undefined>;
}

/** A grid with people: `as('alice', 'vo-a', 'a_user')` is what the registry makes of alice at this moment, at each of her requests. */
export async function withPeople(grid: TestGrid, file: RegistryFile = twoVos) {
  await fillRegistry(grid.database, file);
  return async (owner: string, vo: string, ownerGroup: string, scopes?: readonly Scope[]): Promise<SignedInCaller> => {
    const person = await findPerson(grid.database.read, { issuer: checkIn, subject: `${owner}@example.org` });
    if (person === undefined) throw new Error(`nobody is called ${owner}`);
    const { personId } = person;
    const caller = async (): Promise<Caller | undefined> => {
      const membership = await readMembership(grid.database.read, personId, vo, ownerGroup);
      if (membership === undefined) return undefined;
      const properties = new Set(membership.properties);
      const narrowed = scopes === undefined ? {} : { scopes: new Set(scopes) };
      return { kind: 'user', owner: membership.owner, ownerGroup, vo, properties, personId, tokenId: `token-of-${owner}`, ...narrowed };
    };
    return { ...grid.actAs(caller), caller };
  };
}
