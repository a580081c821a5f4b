import { ContractError } from '@diraclab/contract';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { Database, Db } from '../database/port.ts';

/**
 * Files of sandboxes by the sha256 of their bytes: the same file sent by a thousand jobs is kept once, and a path of a user never becomes
 * a path of ours. The bytes are on disk (and synced) before the row that says so.
 */
export interface SandboxStore {
  take(digest: string, body: Readable, announcedBytes: number | undefined): Promise<{ digest: string; sizeBytes: number }>;
  give(digest: string, range?: { from: number; toExclusive: number }): Readable;
}

/** Which of these the server does not have. */
export async function findMissing(db: Db, digests: readonly string[]): Promise<string[]> {
  const wanted = [...new Set(digests)];
  const known = new Set<string>();
  for (let i = 0; i < wanted.length; i += 1000) {
    const rows = await db
      .selectFrom('sandbox_files')
      .select('digest')
      .where('digest', 'in', wanted.slice(i, i + 1000))
      .execute();
    for (const { digest } of rows) known.add(digest);
  }
  return wanted.filter((digest) => !known.has(digest));
}

export function createSandboxStore(database: Database, directory: string, maxFileBytes: number): SandboxStore {
  const pathOf = (digest: string): string => join(directory, digest.slice(0, 2), digest);
  const tooLarge = (sizeBytes: number | string): ContractError =>
    new ContractError('TooLarge', `A sandbox file of ${sizeBytes} bytes is larger than the ${maxFileBytes} this server takes.`, {
      next: 'Put large files on a storage element, or raise maxSandboxFileBytes in the server configuration.',
    });

  return {
    async take(digest, body, announcedBytes) {
      if (announcedBytes !== undefined && announcedBytes > maxFileBytes) throw tooLarge(announcedBytes);
      const path = pathOf(digest);
      const temporary = join(directory, 'incoming', randomUUID());
      try {
        await mkdir(dirname(temporary), { recursive: true, mode: 0o700 });
        const { sizeBytes, actual } = await writeHashed(temporary, body, maxFileBytes, tooLarge);
        if (actual !== digest) {
          throw new ContractError('DigestMismatch', `The bytes have the sha256 ${actual}, not ${digest}; nothing was kept.`, {
            next: 'The file changed while it was read, or was damaged on the way: send it again.',
          });
        }
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await rename(temporary, path);
        await syncDirectory(dirname(path));
        await database.transaction(async (tx, nowMs) => {
          await tx
            .insertInto('sandbox_files')
            .values({ digest, size_bytes: sizeBytes, stored_ms: nowMs })
            .onConflict((c) => c.column('digest').doUpdateSet({ stored_ms: nowMs }))
            .execute();
        });
        return { digest, sizeBytes };
      } catch (error) {
        throw asStorageFull(error, directory);
      } finally {
        await rm(temporary, { force: true });
      }
    },

    give(digest, range) {
      if (range !== undefined && range.toExclusive <= range.from) return Readable.from([]);
      return createReadStream(pathOf(digest), range === undefined ? {} : { start: range.from, end: range.toExclusive - 1 });
    },
  };
}

async function writeHashed(path: string, body: Readable, maxBytes: number, tooLarge: (sizeBytes: string) => ContractError) {
  const hash = createHash('sha256');
  const file = await open(path, 'wx', 0o600);
  let sizeBytes = 0;
  try {
    // Not destroyed when we stop early: the refusal goes back over the same connection.
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw tooLarge(`more than ${maxBytes}`);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { sizeBytes, actual: hash.digest('hex') };
}

/** A rename is durable only when the directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function asStorageFull(error: unknown, directory: string): unknown {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new ContractError('StorageFull', `No space is left where sandboxes are kept (${directory}); nothing was kept.`, {
    next: 'Free space there, then send the file again.',
    cause: error,
  });
}
