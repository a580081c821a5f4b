import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { isSandboxPath } from '@diraclab/contract';

/** A new directory of the pilot's user alone. One left behind under the same name is of an attempt that is over. */
export async function makeJobDirectory(directory: string): Promise<void> {
  await removeJobDirectory(directory);
  await mkdir(directory, { recursive: true, mode: 0o700 });
}

/** Removes it also where a payload took the rights from its own directories, or nested them deeper than a path may be long. */
export async function removeJobDirectory(directory: string): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true, maxRetries: 2 });
  } catch {
    for (const deep = [directory]; deep.length > 0;) deep.push(...(await untangle(directory, deep.pop() ?? directory, 0)));
    await rm(directory, { recursive: true, force: true, maxRetries: 2 });
  }
}

/** A path of so many names, each as long as a name may be, is shorter than the 4,096 bytes that Linux takes. */
const mostNames = 12;

/** Gives back rights, and moves directories that lie too deep up to the root; gives those, for they may be as deep again. */
async function untangle(root: string, directory: string, depth: number): Promise<string[]> {
  const moved: string[] = [];
  await chmod(directory, 0o700);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const path = join(directory, entry.name);
    if (depth < mostNames) moved.push(...(await untangle(root, path, depth + 1)));
    else {
      // A directory that is moved has its `..` rewritten, for which it must be writable itself.
      await chmod(path, 0o700);
      const place = join(root, randomUUID());
      await rename(path, place);
      moved.push(place);
    }
  }
  return moved;
}

const notRegular = 'it is not a regular file any more';

/**
 * Opens a file below the directory for writing, with the directories above it. The path is checked although the server did so, and no
 * link is followed: a payload's earlier step, or a sandbox with a link in it, must not lead our writing elsewhere. Nor does it wait at a
 * pipe that somebody put there: four such waits would occupy all threads of Node's file system, and the pilot with them.
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
  const always = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(join(directory, path), flags | always, mode).catch((cause: unknown) => {
    throw cause instanceof Error && 'code' in cause && cause.code === 'ENXIO' ? new Error(notRegular, { cause }) : cause;
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new Error(notRegular);
}
