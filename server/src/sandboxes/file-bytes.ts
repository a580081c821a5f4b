import type { Dirent } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDigest } from './bytes-port.ts';
import type { SandboxBytes } from './bytes-port.ts';

/** Files on this machine, in 256 folders by the first two digits. Must be on the file system of the incoming ones: they are moved. */
export function createFileBytes(directory: string): SandboxBytes {
  const pathOf = (digest: string): string => join(directory, digest.slice(0, 2), digest);
  return {
    place: directory,
    async keep(path, digest) {
      const kept = pathOf(digest);
      const made = await mkdir(dirname(kept), { recursive: true, mode: 0o700 });
      await rename(path, kept);
      await syncDirectory(dirname(kept));
      if (made !== undefined) await syncDirectory(directory);
    },
    async has(digest) {
      return (await stat(pathOf(digest)).catch(ifAbsent)) !== undefined;
    },
    async open(digest) {
      const file = await open(pathOf(digest), 'r').catch(ifAbsent);
      if (file === undefined) return undefined;
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
      const file: FileHandle | undefined = await open(pathOf(digest), 'r').catch(ifAbsent);
      if (file === undefined) return undefined;
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(mostBytes), 0, mostBytes, from);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    remove: (digest) => rm(pathOf(digest), { force: true }),
    async listOld(beforeMs, after) {
      const folder = after === undefined ? 0 : Number.parseInt(after, 16) + 1;
      const digests = (await oldFiles(join(directory, hex(folder)), beforeMs)).filter(isDigest);
      return { digests, next: folder < 255 ? hex(folder) : undefined };
    },
  };
}

const hex = (folder: number): string => folder.toString(16).padStart(2, '0');

function ifAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
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

/** Names of the files in a folder that were last written before a time; of a folder that is not there, none. */
export async function oldFiles(folder: string, beforeMs: number): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(ifAbsent)) ?? ([] as Dirent[]);
  const old: string[] = [];
  for (const { name } of entries.filter((entry) => entry.isFile())) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < beforeMs) old.push(name);
  }
  return old;
}
