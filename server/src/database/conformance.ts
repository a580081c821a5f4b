import type { Transaction } from 'kysely';
import { sql } from 'kysely';
import type { Database, Db, Tx } from './port.ts';

/**
 * A table of the stories' own: what the database promises does not depend on which tables the server has.
 * A type and not an interface, because Kysely asks for what only types are counted as: a record.
 */
export type StoryTables = {
  boxes: { box_id: number; label: string; weight: number | null; content: Uint8Array | null };
};

export const columns = ['box_id', 'label', 'weight', 'content'] as const;

export async function withBoxes(database: Database): Promise<Database> {
  const isSqlite = database.kind === 'sqlite';
  await database.transaction(async (tx) => {
    const integer = sql.raw(isSqlite ? 'integer' : 'bigint');
    const real = sql.raw(isSqlite ? 'real' : 'double precision');
    const bytes = sql.raw(isSqlite ? 'blob' : 'bytea');
    await sql`create table boxes (box_id ${integer} primary key, label text not null unique, weight ${real}, content ${bytes})`.execute(tx);
  });
  return database;
}

export const boxes = (tx: Tx): Transaction<StoryTables> => tx.$extendTables<StoryTables>() as unknown as Transaction<StoryTables>;

export async function put(tx: Tx, boxId: number, label = `box ${boxId}`): Promise<void> {
  await boxes(tx).insertInto('boxes').values({ box_id: boxId, label, weight: null, content: null }).execute();
}

export async function labels(db: Db): Promise<string[]> {
  const rows = await db.$extendTables<StoryTables>().selectFrom('boxes').select('label').orderBy('box_id').execute();
  return rows.map((row) => row.label);
}

/** A door that one story opens for another. */
export function door(): { opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}
