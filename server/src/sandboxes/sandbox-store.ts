import { ContractError } from '@diraclab/contract';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Database } from '../database/port.ts';
import { findMissing } from './sandbox-rows.ts';
import { createTurns } from './turns.ts';

/**
 * Files of sandboxes by the sha256 of their bytes: the same file sent by a thousand jobs is kept once, and a path of a user never becomes
 * a path of ours. The bytes are on disk (and synced) before the row that says so.
 */
export interface SandboxStore {
  take(digest: string, body: Readable, announcedBytes: number | undefined): Promise<{ digest: string; sizeBytes: number }>;
  /** The bytes and how many they are: what was said of a file elsewhere is not what its answer announces. */
  give(digest: string): Promise<{ stream: Readable; sizeBytes: number }>;
  read(digest: string, from: number, mostBytes: number): Promise<Buffer>;
  /** Removes the bytes of a file that has no row; tells whether it did. Uploads of the same file take turns with it. */
  removeBytes(digest: string): Promise<boolean>;
}

export const incomingName = 'incoming';

export function createSandboxStore(database: Database, directory: string, maxFileBytes: number): SandboxStore {
  const pathOf = (digest: string): string => join(directory, digest.slice(0, 2), digest);
  const turns = createTurns();
  const tooLarge = (sizeBytes: number | string): ContractError =>
    new ContractError('TooLarge', `A sandbox file of ${sizeBytes} bytes is larger than the ${maxFileBytes} this server takes.`, {
      next: 'Put large files on a storage element, or raise maxSandboxFileBytes in the server configuration.',
    });

  return {
    async take(digest, body, announcedBytes) {
      if (announcedBytes !== undefined && announcedBytes > maxFileBytes) throw tooLarge(announcedBytes);
      const path = pathOf(digest);
      const temporary = join(directory, incomingName, randomUUID());
      try {
        await mkdir(dirname(temporary), { recursive: true, mode: 0o700 });
        const { sizeBytes, actual } = await writeHashed(temporary, body, maxFileBytes, tooLarge);
        if (actual !== digest) {
          throw new ContractError('DigestMismatch', `The bytes have the sha256 ${actual}, not ${digest}; nothing was kept.`, {
            next: 'The file changed while it was read, or was damaged on the way: send it again.',
          });
        }
        await turns.take(digest, () => keep(temporary, path, digest, sizeBytes));
        return { digest, sizeBytes };
      } catch (error) {
        throw asStorageFull(error, directory);
      } finally {
        await rm(temporary, { force: true });
      }
    },

    async give(digest) {
      const file = await openKept(pathOf(digest), digest);
      try {
        const { size } = await file.stat();
        // Not past its end, should it grow: the answer has announced its size.
        const stream = size === 0 ? file.createReadStream() : file.createReadStream({ start: 0, end: size - 1 });
        return { stream, sizeBytes: size };
      } catch (error) {
        await file.close();
        throw error;
      }
    },

    async read(digest, from, mostBytes) {
      const file = await openKept(pathOf(digest), digest);
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(mostBytes), 0, mostBytes, from);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },

    removeBytes: (digest) =>
      turns.take(digest, async () => {
        if ((await findMissing(database.read, [digest])).length === 0) return false;
        await rm(pathOf(digest), { force: true });
        return true;
      }),
  };

  async function keep(temporary: string, path: string, digest: string, sizeBytes: number): Promise<void> {
    const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await rename(temporary, path);
    await syncDirectory(dirname(path));
    if (made !== undefined) await syncDirectory(directory);
    await database.transaction(async (tx, nowMs) => {
      await tx
        .insertInto('sandbox_files')
        .values({ digest, size_bytes: sizeBytes, stored_ms: nowMs })
        .onConflict((c) => c.column('digest').doUpdateSet({ stored_ms: nowMs }))
        .execute();
    });
  }
}

async function openKept(path: string, digest: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new ContractError('NotFound', `The bytes of the file with the sha256 ${digest} are not on the server's disk any more.`, {
      next: 'Tell the operator: something outside the server removed them. Sending the same file again mends it.',
      cause: error,
    });
  }
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
  const code = codeOf(error);
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new ContractError('StorageFull', `No space is left where sandboxes are kept (${directory}); nothing was kept.`, {
    next: 'Free space there, then send the file again.',
    cause: error,
  });
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
