import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, Tx } from '../database/port.ts';
import { lockNext } from '../database/port.ts';
import type { SandboxBytes } from './bytes-port.ts';
import { oldFiles } from './file-bytes.ts';
import { findMissing } from './sandbox-rows.ts';
import type { SandboxStore } from './sandbox-store.ts';

/** How long a file is kept that no job refers to; sending it, or asking whether it is here, begins that time anew. */
export const unusedKeptMs = 86_400_000;
/** An upload may take as long as a request, 5 minutes; what is older was left by a server that was killed. */
const incomingKeptMs = 3_600_000;
const slice = 500;
const mostSlices = 20;
/** So many of the 256 folders of files, or pages of a bucket, are compared with the database in a pass. */
const pagesAPass = 16;

/**
 * Removes files that nobody refers to. The row goes first, then the bytes: a row promises bytes, never the other way round. Bytes without a
 * row (a server killed between the two) are found by walking over them.
 */
export function createSandboxCleaningAgent(
  database: Database,
  sandboxes: SandboxStore,
  bytes: SandboxBytes,
  incoming: string,
): () => Promise<void> {
  let after: string | undefined;
  return async () => {
    for (let n = 0; n < mostSlices; n += 1) {
      const digests = await database.transaction(removeUnusedRows);
      for (const digest of digests) await sandboxes.removeBytes(digest);
      if (digests.length < slice) break;
    }
    const nowMs = Date.now();
    await removeOldIncoming(incoming, nowMs);
    for (let n = 0; n < pagesAPass; n += 1) {
      const { digests, next } = await bytes.listOld(nowMs - unusedKeptMs, after);
      for (const digest of await findMissing(database.read, digests)) await sandboxes.removeBytes(digest);
      after = next;
    }
  };
}

/**
 * Two steps: first the rows are locked, passing over those that a submission or a report holds at this moment; then, with the eyes of a new
 * statement, those are removed that still nobody refers to. One statement would look before it locks.
 */
async function removeUnusedRows(tx: Tx, nowMs: number): Promise<string[]> {
  const candidates = await tx
    .selectFrom('sandbox_files')
    .select('digest')
    .where('stored_ms', '<', nowMs - unusedKeptMs)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('description_files')
            .select('description_files.digest')
            .whereRef('description_files.digest', '=', 'sandbox_files.digest'),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('job_outputs').select('job_outputs.digest').whereRef('job_outputs.digest', '=', 'sandbox_files.digest'))),
    )
    .orderBy('digest')
    .limit(slice)
    .modifyEnd(lockNext(tx))
    .execute();
  if (candidates.length === 0) return [];
  const digests = candidates.map(({ digest }) => digest);
  const inputs = await tx.selectFrom('description_files').select('digest').where('digest', 'in', digests).execute();
  const outputs = await tx.selectFrom('job_outputs').select('digest').where('digest', 'in', digests).execute();
  const used = new Set([...inputs, ...outputs].map(({ digest }) => digest));
  const unused = digests.filter((digest) => !used.has(digest));
  if (unused.length > 0)
    for (const table of ['sandbox_holders', 'sandbox_files'] as const) await tx.deleteFrom(table).where('digest', 'in', unused).execute();
  return unused;
}

async function removeOldIncoming(folder: string, nowMs: number): Promise<void> {
  for (const name of await oldFiles(folder, nowMs - incomingKeptMs)) await rm(join(folder, name), { force: true });
}
