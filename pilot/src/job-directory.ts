import { constants } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { isSandboxPath } from '@diraclab/contract';

/** A new directory of the pilot's user alone. One left behind under the same name is of an attempt that is over. */
export async function makeJobDirectory(directory: string): Promise<void> {
  await removeJobDirectory(directory);
  await mkdir(directory, { recursive: true, mode: 0o700 });
}

/** Removes it also where a payload took the rights from its own directories. */
export async function removeJobDirectory(directory: string): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true, maxRetries: 2 });
  } catch {
    await giveBackRights(directory);
    await rm(directory, { recursive: true, force: true, maxRetries: 2 });
  }
}

async function giveBackRights(directory: string): Promise<void> {
  await chmod(directory, 0o700);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await giveBackRights(join(directory, entry.name));
  }
}

/**
 * Opens a file below the directory for writing, with the directories above it. The path is checked although the server did so, and no
 * link is followed: a payload's earlier step, or a sandbox with a link in it, must not lead our writing elsewhere.
 */
export async function openInside(directory: string, path: string, flags: number, mode = 0o644): Promise<FileHandle> {
  if (!isSandboxPath(path)) throw new Error('the path leaves the job directory');
  const names = path.split('/');
  let above = directory;
  for (const name of names.slice(0, -1)) {
    above = join(above, name);
    await mkdir(above, { mode: 0o755 }).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    });
    if (!(await lstat(above)).isDirectory()) throw new Error(`${name} in it is not a directory`);
  }
  return open(join(directory, path), flags | constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, mode);
}
