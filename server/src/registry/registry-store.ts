import type { Group, Person, Robot, Vo } from '@diraclab/contract';
import { affectedRows, insertRows } from '../database/port.ts';
import type { Db, Tx } from '../database/port.ts';
import type { EntryKind } from '../database/tables.ts';

interface Bodies {
  vo: Vo;
  group: Group;
  person: Person;
  robot: Robot;
}
export type EntryOf<K extends EntryKind> = Bodies[K];
export type EntryBody = EntryOf<EntryKind>;

/** `body: undefined`: there is no such entry. */
export interface Edit<K extends EntryKind = EntryKind> {
  kind: K;
  name: string;
  body: EntryOf<K> | undefined;
}

export const groupKey = (vo: string, name: string): string => `${vo}/${name}`;

export interface Entry<K extends EntryKind = EntryKind> {
  kind: K;
  name: string;
  sinceVersion: number;
  body: EntryOf<K>;
}

const toEntry = <K extends EntryKind>(row: { kind: EntryKind; name: string; since_version: number; body: string }): Entry<K> => ({
  kind: row.kind as K,
  name: row.name,
  sinceVersion: row.since_version,
  body: JSON.parse(row.body) as EntryOf<K>,
});

export async function readEntry<K extends EntryKind>(db: Db, kind: K, name: string): Promise<Entry<K> | undefined> {
  const row = await db
    .selectFrom('registry_entries')
    .select(['kind', 'name', 'since_version', 'body'])
    .where('kind', '=', kind)
    .where('name', '=', name)
    .where('until_version', 'is', null)
    .executeTakeFirst();
  return row && toEntry<K>(row);
}

/** All of a kind, now or as they were, by name. */
export async function readEntries<K extends EntryKind>(db: Db, kind: K, version?: number): Promise<Entry<K>[]> {
  const all = db.selectFrom('registry_entries').select(['kind', 'name', 'since_version', 'body']).where('kind', '=', kind).orderBy('name');
  const then =
    version === undefined
      ? all.where('until_version', 'is', null)
      : all
          .where('since_version', '<=', version)
          .where((eb) => eb.or([eb('until_version', 'is', null), eb('until_version', '>', version)]));
  return (await then.execute()).map((row) => toEntry<K>(row));
}

/** Rises with every change of the registry; one row, cheap to ask again and again. */
export async function readRegistryVersion(db: Db): Promise<number> {
  const { version } = await db.selectFrom('registry_state').select('version').executeTakeFirstOrThrow();
  return version;
}

/** The next version, which from here on is this transaction's alone: all changes of the registry come one after the other. */
export async function takeVersion(tx: Tx): Promise<number> {
  const { version } = await tx
    .updateTable('registry_state')
    .set((eb) => ({ version: eb('version', '+', 1) }))
    .returning('version')
    .executeTakeFirstOrThrow();
  return version;
}

/** Closes the entries that these replace, and writes the new ones. A name may come once. */
export async function writeEntries(tx: Tx, version: number, edits: readonly Edit[]): Promise<void> {
  for (const { kind, name } of edits) {
    const closed = await tx
      .updateTable('registry_entries')
      .set({ until_version: version })
      .where('kind', '=', kind)
      .where('name', '=', name)
      .where('until_version', 'is', null)
      .executeTakeFirstOrThrow();
    if (affectedRows(closed) > 1) throw new Error(`the registry had two current entries ${kind} ${name}`);
  }
  await insertRows(
    tx,
    'registry_entries',
    ['kind', 'name', 'since_version', 'body'],
    edits.flatMap(({ kind, name, body }) => (body === undefined ? [] : [[kind, name, version, JSON.stringify(body)]])),
  );
}
