import type { Db, Tx } from '../database/port.ts';
import type { Tables } from '../database/tables.ts';

export type ProxyRow = Tables['proxies'];
export interface ProxyOwner {
  owner: string;
  ownerGroup: string;
  vo: string;
}

export async function findProxy(db: Db, { owner, ownerGroup, vo }: ProxyOwner): Promise<ProxyRow | undefined> {
  return db
    .selectFrom('proxies')
    .selectAll()
    .where('vo', '=', vo)
    .where('owner_group', '=', ownerGroup)
    .where('owner', '=', owner)
    .executeTakeFirst();
}

export async function putProxy(tx: Tx, row: ProxyRow): Promise<void> {
  const { vo: _vo, owner_group: _group, owner: _owner, ...values } = row;
  await tx
    .insertInto('proxies')
    .values(row)
    .onConflict((c) => c.columns(['vo', 'owner_group', 'owner']).doUpdateSet(values))
    .execute();
}

export async function removeProxy(tx: Tx, { owner, ownerGroup, vo }: ProxyOwner): Promise<string | undefined> {
  const row = await tx
    .deleteFrom('proxies')
    .where('vo', '=', vo)
    .where('owner_group', '=', ownerGroup)
    .where('owner', '=', owner)
    .returning('subject')
    .executeTakeFirst();
  return row?.subject;
}

/** Whose it is from now on: the first who brings it, for ever; two at once are told apart by the key of the table. */
export async function bindIdentity(tx: Tx, identity: string, owner: string, nowMs: number): Promise<string> {
  await tx
    .insertInto('proxy_identities')
    .values({ identity, owner, bound_ms: nowMs })
    .onConflict((c) => c.column('identity').doNothing())
    .execute();
  const bound = await tx.selectFrom('proxy_identities').select('owner').where('identity', '=', identity).executeTakeFirstOrThrow();
  return bound.owner;
}
