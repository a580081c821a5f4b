import type { Db, Tx } from '../database/port.ts';
import type { Offer } from '../task-queues/matcher.ts';
import type { Resource } from './resource.ts';

export interface StoredResource extends Resource {
  signature: string;
}

/** Kinds of resources that are kept, the ones seen last. */
export const mostResources = 2_000;
/** A resource of which nothing was heard for so long is not there any more. */
const keptMs = 7 * 86_400_000;

export async function loadResources(db: Db): Promise<StoredResource[]> {
  const rows = await db.selectFrom('offer_signatures').selectAll().orderBy('last_seen_ms', 'desc').limit(mostResources).execute();
  return rows.map(({ signature, computing_element, offer, whole }) => ({
    signature,
    computingElement: computing_element,
    offer: JSON.parse(offer) as Offer,
    whole: whole === 1,
    spoken: true,
  }));
}

/** In the order of their keys, so that two servers that write the same cannot deadlock. */
export async function saveResources(tx: Tx, seen: readonly StoredResource[], gone: readonly string[], nowMs: number): Promise<void> {
  if (gone.length > 0)
    await tx
      .deleteFrom('offer_signatures')
      .where('signature', 'in', [...gone].sort())
      .execute();
  const rows = [...seen].sort((a, b) => (a.signature < b.signature ? -1 : 1)).map(({ signature, computingElement, offer, whole }) => ({
    signature, computing_element: computingElement, offer: JSON.stringify(offer), whole: whole ? 1 : 0, last_seen_ms: nowMs,
  })); // prettier-ignore
  if (rows.length > 0)
    await tx
      .insertInto('offer_signatures')
      .values(rows)
      .onConflict((c) => c.column('signature').doUpdateSet((eb) => ({ whole: eb.ref('excluded.whole'), last_seen_ms: nowMs })))
      .execute();
  await tx.deleteFrom('offer_signatures').where('last_seen_ms', '<', nowMs - keptMs).execute(); // prettier-ignore
}

export async function forgetComputingElement(tx: Tx, computingElement: string): Promise<void> {
  await tx.deleteFrom('offer_signatures').where('computing_element', '=', computingElement).execute();
}
