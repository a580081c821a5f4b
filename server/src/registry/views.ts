import type { Person, RegistryVersion } from '@diraclab/contract';
import type { Db } from '../database/port.ts';
import type { EntryKind } from '../database/tables.ts';
import { instant } from '../database/instant.ts';
import { readEntries } from './registry-store.ts';

/** `undefined`: all of it. */
export type Within = string | undefined;

/** Of a person what concerns the VO; undefined where nothing does. */
export function personWithin(person: Person, vo: Within): Person | undefined {
  if (vo === undefined) return person;
  const memberships = person.memberships.filter((one) => one.vo === vo);
  if (memberships.length === 0) return undefined;
  const suspendedIn = (person.suspendedIn ?? []).filter((one) => one.vo === vo);
  const { suspendedIn: _all, ...rest } = person;
  return { ...rest, memberships, ...(suspendedIn.length === 0 ? {} : { suspendedIn }) };
}

export async function viewRegistry(db: Db, vo: Within, version: number | undefined) {
  const [vos, groups, robots] = await Promise.all([readEntries(db, 'vo', version), readEntries(db, 'group', version), readEntries(db, 'robot', version)]); // prettier-ignore
  return {
    vos: vos.map(({ body }) => body).filter(({ name }) => vo === undefined || name === vo),
    groups: groups.map(({ body }) => body).filter((group) => vo === undefined || group.vo === vo),
    robots: robots.map(({ body }) => body).filter((robot) => vo === undefined || robot.vo === vo),
  };
}

/** A page of people by owner; of a VO by the index of its members. */
export async function listPeople(db: Db, vo: Within, after: string, limit: number): Promise<{ people: Person[]; next: string | null }> {
  const owners =
    vo === undefined
      ? await db.selectFrom('registry_entries').select('name as owner').where('kind', '=', 'person').where('until_version', 'is', null).where('name', '>', after).orderBy('name').limit(limit + 1).execute()
      : await db.selectFrom('members').select('owner').distinct().where('vo', '=', vo).where('owner', '>', after).orderBy('owner').limit(limit + 1).execute(); // prettier-ignore
  const page = owners.slice(0, limit).map(({ owner }) => owner);
  const entries = page.length === 0 ? [] : await db.selectFrom('registry_entries').select('body').where('kind', '=', 'person').where('until_version', 'is', null).where('name', 'in', page).orderBy('name').execute(); // prettier-ignore
  return {
    people: entries.flatMap(({ body }) => personWithin(JSON.parse(body) as Person, vo) ?? []),
    next: owners.length > limit ? (page.at(-1) ?? null) : null,
  };
}

type Bodies = Record<'before' | 'after', unknown>;

/** What a version changed, as far as the VO is concerned. */
function changeWithin(kind: EntryKind, name: string, { before, after }: Bodies, vo: Within) {
  if (vo === undefined) return [{ kind, name, before: before ?? null, after: after ?? null }];
  const narrow = (body: unknown): unknown => {
    if (body === undefined) return undefined;
    if (kind === 'person') return personWithin(body as Person, vo);
    return (kind === 'vo' ? name : (body as { vo: string }).vo) === vo ? body : undefined;
  };
  const [was, is] = [narrow(before) ?? null, narrow(after) ?? null];
  return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ kind, name, before: was, after: is }];
}

export async function listVersions(
  db: Db,
  vo: Within,
  before: number,
  limit: number,
): Promise<{ versions: RegistryVersion[]; next: string | null }> {
  const rows = await db
    .selectFrom('registry_versions')
    .selectAll()
    .where('version', '<', before)
    .orderBy('version', 'desc')
    .limit(limit)
    .execute();
  const numbers = rows.map(({ version }) => version);
  const entries = numbers.length === 0 ? [] : await db.selectFrom('registry_entries').selectAll().where((eb) => eb.or([eb('since_version', 'in', numbers), eb('until_version', 'in', numbers)])).execute(); // prettier-ignore
  const versions = rows.map((row): RegistryVersion => {
    const bodies = new Map<string, Bodies & { kind: EntryKind; name: string }>();
    for (const { kind, name, since_version, until_version, body } of entries) {
      const key = `${kind}:${name}`;
      const known = bodies.get(key) ?? { kind, name, before: undefined, after: undefined };
      if (since_version === row.version) bodies.set(key, { ...known, after: JSON.parse(body) as unknown });
      else if (until_version === row.version) bodies.set(key, { ...known, before: JSON.parse(body) as unknown });
    }
    return {
      version: row.version,
      time: instant(row.time_ms),
      owner: row.by_owner,
      personId: row.by_person_id,
      tokenId: row.by_token_id,
      note: row.note,
      changes: [...bodies.values()].flatMap(({ kind, name, ...both }) => changeWithin(kind, name, both, vo)),
    };
  });
  return {
    versions: versions.filter(({ changes }) => vo === undefined || changes.length > 0),
    next: rows.length === limit ? String(numbers.at(-1)) : null,
  };
}
