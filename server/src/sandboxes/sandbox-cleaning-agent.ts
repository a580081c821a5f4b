import type { Dirent } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, Tx } from '../database/port.ts';
import { lockNext } from '../database/port.ts';
import { findMissing } from './sandbox-rows.ts';
import { incomingName } from './sandbox-store.ts';
import type { SandboxStore } from './sandbox-store.ts';

/** How long a file is kept that no job refers to; sending it, or asking whether it is here, begins that time anew. */
export const unusedKeptMs = 86_400_000;
/** An upload may take as long as a request, 5 minutes; what is older was left by a server that was killed. */
const incomingKeptMs = 3_600_000;
const slice = 500;
const mostSlices = 20;
/** Of the 256 folders of files, so many are compared with the database in a pass. */
const foldersAPass = 16;

/**
 * Removes files that nobody refers to. The row goes first, then the bytes: a row promises bytes, never the other way round. Bytes without a
 * row (a server killed between the two) are found by walking over the folders.
 */
export function createSandboxCleaningAgent(database: Database, sandboxes: SandboxStore, directory: string): () => Promise<void> {
  let folder = 0;
  return async () => {
    for (let n = 0; n < mostSlices; n += 1) {
      const digests = await database.transaction(removeUnusedRows);
      for (const digest of digests) await sandboxes.removeBytes(digest);
      if (digests.length < slice) break;
    }
    const nowMs = Date.now();
    await removeOldIncoming(join(directory, incomingName), nowMs);
    for (let n = 0; n < foldersAPass; n += 1) {
      await removeOrphans(database, sandboxes, join(directory, folder.toString(16).padStart(2, '0')), nowMs);
      folder = (folder + 1) % 256;
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
  if (unused.length > 0) await tx.deleteFrom('sandbox_files').where('digest', 'in', unused).execute();
  return unused;
}

async function removeOldIncoming(folder: string, nowMs: number): Promise<void> {
  for (const name of await oldFiles(folder, nowMs - incomingKeptMs)) await rm(join(folder, name), { force: true });
}

async function removeOrphans(database: Database, sandboxes: SandboxStore, folder: string, nowMs: number): Promise<void> {
  const old = (await oldFiles(folder, nowMs - unusedKeptMs)).filter((name) => /^[0-9a-f]{64}$/.test(name));
  for (const digest of await findMissing(database.read, old)) await sandboxes.removeBytes(digest);
}

async function oldFiles(folder: string, beforeMs: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException): Dirent[] => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const old: string[] = [];
  for (const { name } of entries.filter((entry) => entry.isFile())) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < beforeMs) old.push(name);
  }
  return old;
}
