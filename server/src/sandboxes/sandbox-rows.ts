import type { Database, Db, Tx } from '../database/port.ts';
import { keepRows } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';

const sliceDigests = 1000;

/** Who may use a digest: whoever sent the bytes. Knowing a digest gives nobody a file, and asking for one tells nobody that it is there. */
export interface Holder {
  vo: string;
  owner: string;
}

/** A colon is in no user's name. */
export const holderOf = ({ vo, owner, pilotId }: Pick<Caller, 'vo' | 'owner' | 'pilotId'>): Holder => ({
  vo,
  owner: pilotId === undefined ? owner : `pilot:${pilotId}`,
});

/** Which of these this holder must send. */
export async function findMissingOf(db: Db, holder: Holder, digests: readonly string[]): Promise<string[]> {
  const held = new Set((await findHeld(db, [holder], digests)).map(({ digest }) => digest));
  return [...new Set(digests)].filter((digest) => !held.has(digest));
}

/** Of these digests, which are held by whom of these holders, of files that are there. */
export async function findHeld(db: Db, holders: readonly Holder[], digests: readonly string[]): Promise<(Holder & { digest: string })[]> {
  const owners = [...new Set(holders.map(({ owner }) => owner))];
  const wanted = [...new Set(digests)];
  const found: (Holder & { digest: string })[] = [];
  for (let i = 0; i < wanted.length && owners.length > 0; i += sliceDigests) {
    const rows = await db
      .selectFrom('sandbox_holders as h')
      .innerJoin('sandbox_files as f', 'f.digest', 'h.digest')
      .select(['h.digest', 'h.vo', 'h.owner'])
      .where('h.digest', 'in', wanted.slice(i, i + sliceDigests))
      .where('h.owner', 'in', owners)
      .execute();
    found.push(...rows);
  }
  return found.filter((row) => holders.some(({ vo, owner }) => vo === row.vo && owner === row.owner));
}

/** Which of these the server does not have. */
export async function findMissing(db: Db, digests: readonly string[]): Promise<string[]> {
  const wanted = [...new Set(digests)];
  const known = new Set<string>();
  for (let i = 0; i < wanted.length; i += sliceDigests) {
    const rows = await db
      .selectFrom('sandbox_files')
      .select('digest')
      .where('digest', 'in', wanted.slice(i, i + sliceDigests))
      .execute();
    for (const { digest } of rows) known.add(digest);
  }
  return wanted.filter((digest) => !known.has(digest));
}

/**
 * The sizes of those of these files that the server has, and has until this transaction ends: who refers to a file must hold its row, or
 * the cleaning could remove it between the look and the commit.
 */
export async function holdFiles(tx: Tx, digests: readonly string[]): Promise<Map<string, number>> {
  const wanted = [...new Set(digests)].sort();
  const sizes = new Map<string, number>();
  for (let i = 0; i < wanted.length; i += sliceDigests) {
    const slice = tx
      .selectFrom('sandbox_files')
      .select(['digest', 'size_bytes'])
      .where('digest', 'in', wanted.slice(i, i + sliceDigests))
      .orderBy('digest');
    for (const { digest, size_bytes } of await slice.modifyEnd(keepRows(tx)).execute()) sizes.set(digest, size_bytes);
  }
  return sizes;
}

/** Who asks for a file means to use it: its day without a job begins anew. Written at most once an hour for a file. */
export async function renewFiles(database: Database, digests: readonly string[], renewAfterMs = 3_600_000): Promise<void> {
  const wanted = [...new Set(digests)].sort();
  const before = (await database.nowMs()) - renewAfterMs;
  for (let i = 0; i < wanted.length; i += sliceDigests) {
    const slice = wanted.slice(i, i + sliceDigests);
    const old = await database.read
      .selectFrom('sandbox_files')
      .select('digest')
      .where('digest', 'in', slice)
      .where('stored_ms', '<', before)
      .orderBy('digest')
      .execute();
    if (old.length === 0) continue;
    await database.transaction(async (tx, nowMs) => {
      for (const { digest } of old) await tx.updateTable('sandbox_files').set({ stored_ms: nowMs }).where('digest', '=', digest).execute();
    });
  }
}
