import type { Db, Tx } from '../database/port.ts';
import type { Tables } from '../database/tables.ts';
import type { Caller } from '../identity/caller.ts';

export type ViewRow = Tables['views'];
export type ViewKey = Pick<ViewRow, 'vo' | 'owner_group' | 'owner'>;

/** Own ones, and others' of the group that are shared; by name. */
export async function readViews(db: Db, { vo, ownerGroup, owner }: Caller): Promise<ViewRow[]> {
  return db
    .selectFrom('views')
    .selectAll()
    .where('vo', '=', vo)
    .where('owner_group', '=', ownerGroup)
    .where((eb) => eb.or([eb('owner', '=', owner), eb('shared', '=', 1)]))
    .orderBy('name')
    .orderBy('owner')
    .limit(1000)
    .execute();
}

export async function putView(tx: Tx, row: ViewRow): Promise<void> {
  const { body, shared, saved_ms } = row;
  await tx
    .insertInto('views')
    .values(row)
    .onConflict((c) => c.columns(['vo', 'owner_group', 'owner', 'name']).doUpdateSet({ body, shared, saved_ms }))
    .execute();
}

export async function countViews(tx: Tx, { vo, owner_group, owner }: ViewKey, butNot: string): Promise<number> {
  const { n } = await tx
    .selectFrom('views')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('vo', '=', vo)
    .where('owner_group', '=', owner_group)
    .where('owner', '=', owner)
    .where('name', '<>', butNot)
    .executeTakeFirstOrThrow();
  return Number(n);
}

/** How many went: one or none. */
export async function removeView(tx: Tx, { vo, owner_group, owner }: ViewKey, name: string): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('views')
    .where('vo', '=', vo)
    .where('owner_group', '=', owner_group)
    .where('owner', '=', owner)
    .where('name', '=', name)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
