import type { Person, Robot } from '@diraclab/contract';
import { insertRows } from '../database/port.ts';
import type { Db, Tx } from '../database/port.ts';

/** The number of an owner, given at the first mention and for ever: a name is never given to somebody else. */
export async function findOrMakePersonId(tx: Tx, owner: string, kind: 'person' | 'robot'): Promise<number> {
  const known = await tx.selectFrom('people').select(['person_id', 'kind']).where('owner', '=', owner).executeTakeFirst();
  if (known !== undefined) {
    if (known.kind !== kind) await tx.updateTable('people').set({ kind }).where('person_id', '=', known.person_id).execute();
    return known.person_id;
  }
  const { person_id } = await tx
    .insertInto('people')
    .values({ owner, owner_key: owner.toLowerCase(), kind })
    .returning('person_id')
    .executeTakeFirstOrThrow();
  return person_id;
}

/** Of these names, without regard to case, those that somebody has or had. */
export async function takenOwners(db: Db, owners: readonly string[]): Promise<Set<string>> {
  const keys = owners.map((owner) => owner.toLowerCase());
  const rows = await db.selectFrom('people').select('owner_key').where('owner_key', 'in', keys).execute();
  return new Set(rows.map(({ owner_key }) => owner_key));
}

export async function findPerson(
  db: Db,
  { issuer, subject }: { issuer: string; subject: string },
): Promise<{ personId: number; owner: string; kind: 'person' | 'robot' } | undefined> {
  const row = await db
    .selectFrom('identities')
    .innerJoin('people', 'people.person_id', 'identities.person_id')
    .select(['people.person_id', 'people.owner', 'people.kind'])
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row && { personId: row.person_id, owner: row.owner, kind: row.kind };
}

export interface Belongings {
  identities: Person['identities'];
  memberships: readonly { vo: string; ownerGroup: string }[];
  suspensions: readonly { vo: string; endUser: string; reason: string; by: string; since: string }[];
}

/** What follows from an entry, or from there being none. */
export function belongingsOf(kind: 'person' | 'robot', body: Person | Robot | undefined): Belongings {
  if (body === undefined) return { identities: [], memberships: [], suspensions: [] };
  const everywhere = body.suspended === undefined ? [] : [{ ...body.suspended, vo: '', endUser: '' }];
  if (kind === 'robot') {
    const robot = body as Robot;
    const ofEndUsers = (robot.suspendedEndUsers ?? []).map((suspension) => ({ ...suspension, vo: '' }));
    return { identities: robot.identities, memberships: [robot], suspensions: [...everywhere, ...ofEndUsers] };
  }
  const person = body as Person;
  const inVos = (person.suspendedIn ?? []).map((suspension) => ({ ...suspension, endUser: '' }));
  return { identities: person.identities, memberships: person.memberships, suspensions: [...everywhere, ...inVos] };
}

export async function releaseIdentities(tx: Tx, owner: string): Promise<void> {
  await tx
    .deleteFrom('identities')
    .where('person_id', 'in', tx.selectFrom('people').select('person_id').where('owner', '=', owner))
    .execute();
}

/** Writes what sign-in and matching ask by key; its identities were released. Identities of others are not taken away: the database refuses the second owner of one. */
export async function writeBelongings(tx: Tx, owner: string, kind: 'person' | 'robot', body: Person | Robot | undefined): Promise<void> {
  const { identities, memberships, suspensions } = belongingsOf(kind, body);
  const personId = await findOrMakePersonId(tx, owner, kind);
  await tx.deleteFrom('members').where('person_id', '=', personId).execute();
  await tx.deleteFrom('suspensions').where('owner', '=', owner).execute();
  await insertRows(tx, 'identities', ['issuer', 'subject', 'person_id'], identities.map(({ issuer, subject }) => [issuer, subject, personId])); // prettier-ignore
  const groups = new Map(memberships.map(({ vo, ownerGroup }) => [`${vo}/${ownerGroup}`, [personId, vo, ownerGroup, owner]]));
  await insertRows(tx, 'members', ['person_id', 'vo', 'owner_group', 'owner'], [...groups.values()]);
  await insertRows(
    tx,
    'suspensions',
    ['owner', 'vo', 'end_user', 'reason', 'by_owner', 'since_ms'],
    suspensions.map(({ vo, endUser, reason, by, since }) => [owner, vo, endUser, reason, by, Date.parse(since)]),
  );
}
