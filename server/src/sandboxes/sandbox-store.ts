import { ContractError } from '@diraclab/contract';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { lockName } from '../database/port.ts';
import type { Database } from '../database/port.ts';
import type { SandboxBytes } from './bytes-port.ts';
import { findMissing } from './sandbox-rows.ts';
import type { Holder } from './sandbox-rows.ts';
import { createTurns } from './turns.ts';

/**
 * Files of sandboxes by the sha256 of their bytes: the same file sent by a thousand jobs is kept once, and a path of a user never becomes
 * a path of ours. The bytes are durable before the row that says so.
 */
export interface SandboxStore {
  take(digest: string, body: Readable, announcedBytes: number | undefined, holder: Holder): Promise<{ digest: string; sizeBytes: number }>;
  /** The bytes and how many they are: what was said of a file elsewhere is not what its answer announces. */
  give(digest: string): Promise<{ stream: Readable; sizeBytes: number }>;
  read(digest: string, from: number, mostBytes: number): Promise<Buffer>;
  /** Removes the bytes of a file that has no row; tells whether it did. Uploads of the same file take turns with it. */
  removeBytes(digest: string): Promise<boolean>;
}

/**
 * `incoming` is a folder of this machine: what comes is written and checked there first, so that nobody ever sees half a file or one that
 * is not what its digest says.
 */
export function createSandboxStore(database: Database, bytes: SandboxBytes, incoming: string, maxFileBytes: number): SandboxStore {
  const turns = createTurns();
  const tooLarge = (sizeBytes: number | string): ContractError =>
    new ContractError('TooLarge', `A sandbox file of ${sizeBytes} bytes is larger than the ${maxFileBytes} this server takes.`, {
      next: 'Put large files on a storage element, or raise maxSandboxFileBytes in the server configuration.',
    });

  return {
    async take(digest, body, announcedBytes, holder) {
      if (announcedBytes !== undefined && announcedBytes > maxFileBytes) throw tooLarge(announcedBytes);
      const temporary = join(incoming, randomUUID());
      try {
        await mkdir(incoming, { recursive: true, mode: 0o700 });
        const { sizeBytes, actual } = await writeHashed(temporary, body, maxFileBytes, tooLarge);
        if (actual !== digest) {
          throw new ContractError('DigestMismatch', `The bytes have the sha256 ${actual}, not ${digest}; nothing was kept.`, {
            next: 'The file changed while it was read, or was damaged on the way: send it again.',
          });
        }
        await turns.take(digest, () => keep(temporary, { digest, sizeBytes }, holder));
        return { digest, sizeBytes };
      } catch (error) {
        throw asStorageFull(error, bytes.place);
      } finally {
        await rm(temporary, { force: true });
      }
    },

    give: async (digest) => (await bytes.open(digest)) ?? gone(digest),
    read: async (digest, from, mostBytes) => (await bytes.read(digest, from, mostBytes)) ?? gone(digest),

    removeBytes: (digest) =>
      turns.take(digest, () =>
        database.transaction(async (tx) => {
          await lockName(tx, digest);
          if ((await findMissing(tx, [digest])).length === 0) return false;
          await bytes.remove(digest);
          return true;
        }),
      ),
  };

  /**
   * First the bytes, then the row. Another server may have removed the bytes as nobody's in between; it does so under the same lock, so
   * those that are still there when the row is written stay.
   */
  async function keep(temporary: string, { digest, sizeBytes }: { digest: string; sizeBytes: number }, holder: Holder): Promise<void> {
    await bytes.keep(temporary, digest, sizeBytes);
    await database.transaction(async (tx, nowMs) => {
      await lockName(tx, digest);
      if (!(await bytes.has(digest))) await bytes.keep(temporary, digest, sizeBytes);
      await tx
        .insertInto('sandbox_files')
        .values({ digest, size_bytes: sizeBytes, stored_ms: nowMs })
        .onConflict((c) => c.column('digest').doUpdateSet({ stored_ms: nowMs }))
        .execute();
      await tx
        .insertInto('sandbox_holders')
        .values({ digest, ...holder })
        .onConflict((c) => c.doNothing())
        .execute();
    });
  }

  function gone(digest: string): never {
    throw new ContractError('NotFound', `The bytes of the file with the sha256 ${digest} are not where the server keeps them any more.`, {
      next: 'Tell the operator: something outside the server removed them. Sending the same file again mends it.',
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

function asStorageFull(error: unknown, place: string): unknown {
  const code = codeOf(error);
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new ContractError('StorageFull', `No space is left where sandboxes are kept (${place}); nothing was kept.`, {
    next: 'Free space there, then send the file again.',
    cause: error,
  });
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
