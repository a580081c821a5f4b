import type { Property } from '@diraclab/contract';
import type { Group, Robot, Vo } from '@diraclab/contract';
import { sql } from 'kysely';
import type { Db } from '../database/port.ts';
import { readEntry } from './registry-store.ts';

export interface Membership {
  vo: string;
  ownerGroup: string;
  properties: Property[];
  isDefault: boolean;
}

/** Memberships that hold: the group exists, and its member is not suspended, here or everywhere. */
function holding(db: Db, personId: number) {
  return db
    .selectFrom('members as m')
    .innerJoin('people as p', 'p.person_id', 'm.person_id')
    .innerJoin('registry_entries as g', (join) =>
      join
        .on('g.kind', '=', 'group')
        .on('g.name', '=', sql<string>`m.vo || '/' || m.owner_group`)
        .on('g.until_version', 'is', null),
    )
    .where('m.person_id', '=', personId)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('suspensions as s')
            .select('s.owner')
            .whereRef('s.owner', '=', 'p.owner')
            .where('s.end_user', '=', '')
            .where((eb) => eb.or([eb('s.vo', '=', ''), eb('s.vo', '=', eb.ref('m.vo'))])),
        ),
      ),
    )
    .select(['p.owner', 'p.kind', 'm.vo', 'm.owner_group', 'g.body']);
}

/** For every refresh, group switch and token check: undefined when it does not hold any more (suspended, removed, group gone). */
export async function readMembership(
  db: Db,
  personId: number,
  vo: string,
  ownerGroup: string,
): Promise<{ owner: string; properties: Property[] } | undefined> {
  const row = await holding(db, personId).where('m.vo', '=', vo).where('m.owner_group', '=', ownerGroup).executeTakeFirst();
  return row && { owner: row.owner, properties: await propertiesFor(db, row) };
}

/** By VO and group; one of them is the default: the default group of the first VO that has one, else the first. */
export async function listMemberships(db: Db, personId: number): Promise<Membership[]> {
  const rows = await holding(db, personId).orderBy('m.vo').orderBy('m.owner_group').execute();
  const all = await Promise.all(
    rows.map(async (row) => ({ vo: row.vo, ownerGroup: row.owner_group, properties: await propertiesFor(db, row), isDefault: false })),
  );
  const chosen = await defaultOf(db, all);
  return all.map((membership) => ({ ...membership, isDefault: membership === chosen }));
}

async function defaultOf(db: Db, all: readonly Membership[]): Promise<Membership | undefined> {
  for (const vo of new Set(all.map((membership) => membership.vo))) {
    const entry = await readEntry(db, 'vo', vo);
    const wanted = (entry?.body as Vo | undefined)?.defaultGroup;
    const found = all.find((membership) => membership.vo === vo && membership.ownerGroup === wanted);
    if (found !== undefined) return found;
  }
  return all[0];
}

/** A person has all of the group's; a robot only works with its own jobs, and submits for end users where that is its right. */
async function propertiesFor(db: Db, row: { owner: string; kind: 'person' | 'robot'; body: string }): Promise<Property[]> {
  // Only people of flesh: the right of a robot cannot come from a group.
  const ofGroup = (JSON.parse(row.body) as Group).properties.filter((property) => property !== 'EndUserSubmission');
  if (row.kind === 'person') return ofGroup;
  const robot = (await readEntry(db, 'robot', row.owner))?.body as Robot | undefined;
  return [...ofGroup.filter((property) => property === 'NormalUser'), ...(robot?.rights ?? [])];
}
