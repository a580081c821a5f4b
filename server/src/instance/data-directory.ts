import { constants } from 'node:fs';
import { access, mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** `DIRACLAB_DATA`, else `diraclab` in the place where a person's programs keep their data. */
export function defaultDataDirectory(env: Readonly<Record<string, string | undefined>>, homeDirectory: string): string {
  const chosen = env['DIRACLAB_DATA'];
  if (chosen !== undefined && chosen !== '') return resolve(chosen);
  const dataHome = env['XDG_DATA_HOME'];
  return dataHome !== undefined && dataHome.startsWith('/') ? join(dataHome, 'diraclab') : join(homeDirectory, '.local/share/diraclab');
}

/** Makes the directory (0700) where it is missing, and gives its real path; says in one sentence why it cannot serve. */
export async function makeDataDirectory(dir: string): Promise<string> {
  try {
    await makeWithParents(resolve(dir));
    await access(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(dir);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const what = code === 'EEXIST' || code === 'ENOTDIR' ? 'it, or a part of its path, is not a directory' : `${whyNot(code)} (${message})`;
    throw new Error(`The data directory ${dir} cannot be used: ${what}. Choose another with --data DIR or DIRACLAB_DATA.`, {
      cause: error,
    });
  }
}

/** Node's own recursive mkdir never returns where the system refuses with ENOENT below a parent that exists (a dangling link, /proc). */
async function makeWithParents(dir: string): Promise<void> {
  try {
    await mkdir(dir, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(dir)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(dir) === dir) throw error;
    await makeWithParents(dirname(dir));
    // Another starter may have been quicker.
    await mkdir(dir, { mode: 0o700 }).catch(async (again: NodeJS.ErrnoException) => {
      if (again.code !== 'EEXIST') throw again;
    });
  }
}

function whyNot(code: string | undefined): string {
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not write there';
  if (code === 'EROFS') return 'it lies on a read-only file system';
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'its disk is full';
  return 'it can neither be made nor written';
}
