import { ContractError } from '@diraclab/contract';
import type { Person, RegisteredMembership } from '@diraclab/contract';
import type { Database, Db } from '../database/port.ts';
import { changeRegistry } from './change-registry.ts';
import { groupsOf } from './entitlements.ts';
import { listMemberships } from './memberships.ts';
import type { Membership } from './memberships.ts';
import { freeOwner, safeOwner } from './owner-names.ts';
import { findPerson, takenOwners } from './people-store.ts';
import { groupKey, readEntries, readEntry } from './registry-store.ts';
import type { Edit } from './registry-store.ts';

/** What a provider says of somebody who has just signed in there. */
export interface ProviderIdentity {
  provider: string;
  issuer: string;
  subject: string;
  preferredUsername?: string;
  name?: string;
  email?: string;
  entitlements: readonly string[];
}

export interface SignedIn {
  personId: number;
  owner: string;
  memberships: Membership[];
}

/**
 * Finds or makes the person, and takes over what the provider says of memberships: also that there are none any more, before the sign-in is
 * refused for it. A sign-in that says nothing new writes nothing.
 */
export async function signInPerson(database: Database, identity: ProviderIdentity): Promise<SignedIn> {
  const news = await readNews(database.read, identity);
  if (news.length > 0) {
    await database.transaction(async (tx, nowMs) => {
      const actor = { owner: news[0]?.name ?? '', personId: (await findPerson(tx, identity))?.personId };
      await changeRegistry(tx, actor, `signed in by ${identity.provider}`, nowMs, () => readNews(tx, identity));
    });
  }
  const person = await findPerson(database.read, identity);
  const memberships = person === undefined ? [] : await listMemberships(database.read, person.personId);
  if (person === undefined || memberships.length === 0) throw await refusal(database.read, identity, person);
  return { personId: person.personId, owner: person.owner, memberships };
}

/** The person's entry where this sign-in makes it another. Nobody is made whom no VO admits. */
async function readNews(db: Db, identity: ProviderIdentity): Promise<Edit[]> {
  const known = await findPerson(db, identity);
  if (known?.kind === 'robot') return [];
  const before = known === undefined ? undefined : (await readEntry(db, 'person', known.owner))?.body;
  const entitled = await readEntitled(db, identity, before?.memberships ?? []);
  if (known === undefined && entitled.length === 0) return [];
  const owner = known?.owner ?? (await nameFor(db, identity));
  const after = updated(before ?? { owner, identities: [], memberships: [] }, identity, entitled);
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ kind: 'person', name: owner, body: after }];
}

const nameFor = (db: Db, { preferredUsername, name, email }: ProviderIdentity): Promise<string> =>
  freeOwner(safeOwner(preferredUsername, name, email), (names) => takenOwners(db, names));

/** Pure. What the registry itself gave stays. */
export function updated(before: Person, identity: ProviderIdentity, entitled: readonly RegisteredMembership[]): Person {
  const { issuer, subject } = identity;
  const isNew = !before.identities.some((one) => one.issuer === issuer && one.subject === subject);
  const registered = before.memberships.filter(({ from }) => from === 'registry');
  const given = new Set(registered.map(({ vo, ownerGroup }) => groupKey(vo, ownerGroup)));
  const name = printable(identity.name, 200) ?? before.name;
  const email = printable(identity.email, 254) ?? before.email;
  return {
    ...before,
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    identities: isNew ? [...before.identities, { issuer, subject }] : before.identities,
    memberships: [...registered, ...entitled.filter(({ vo, ownerGroup }) => !given.has(groupKey(vo, ownerGroup)))],
  };
}

// eslint-disable-next-line no-control-regex -- a provider's words become one line
const printable = (text: string | undefined, longest: number): string | undefined => text?.replace(/[\u0000-\u001f\u007f]/g, ' ').slice(0, longest) || undefined; // prettier-ignore

/** What this provider says now, and what others, whose word it cannot take back, said before. */
async function readEntitled(
  db: Db,
  { issuer, entitlements }: ProviderIdentity,
  before: readonly RegisteredMembership[],
): Promise<RegisteredMembership[]> {
  const earlier = before.filter(({ from }) => from === 'entitlement');
  if (entitlements.length === 0 && earlier.length === 0) return [];
  const vos = (await readEntries(db, 'vo')).map(({ body }) => body);
  const others = new Set(vos.filter(({ entitlement }) => entitlement?.issuers.includes(issuer) === false).map(({ name }) => name));
  const said = vos.flatMap((vo) => groupsOf(vo, issuer, entitlements).map((ownerGroup) => ({ vo: vo.name, ownerGroup })));
  const groups = new Set((await readEntries(db, 'group')).map(({ name }) => name));
  return [...earlier.filter(({ vo }) => others.has(vo)), ...said]
    .filter(({ vo, ownerGroup }) => groups.has(groupKey(vo, ownerGroup)))
    .map(({ vo, ownerGroup }) => ({ vo, ownerGroup, from: 'entitlement' }));
}

async function refusal(db: Db, identity: ProviderIdentity, person: { owner: string } | undefined): Promise<ContractError> {
  const suspended = person && (await db.selectFrom('suspensions').select('reason').where('owner', '=', person.owner).where('end_user', '=', '').executeTakeFirst()); // prettier-ignore
  if (suspended !== undefined)
    return new ContractError('SignInRefused', `You may not sign in: ${suspended.reason}`, {
      next: 'Ask the manager of your VO, or the operator of this service.',
    });
  return new ContractError('SignInRefused', `${identity.provider} knows you, but no VO of this service admits you.`, {
    next: 'Ask the manager of your VO for membership; at the provider it may take a new sign-in to be seen.',
  });
}
