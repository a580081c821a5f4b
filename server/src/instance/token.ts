import { tokenFileName } from '@diraclab/contract/connection';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Opens every door of a laptop server, so it must be hard to guess (32 random bytes) and readable by its owner alone. */
const tokenPattern = /^[A-Za-z0-9_-]{43,}$/;

/**
 * The token of this data directory, made once and kept over restarts. Only the holder of the directory's claim may call this: nobody else
 * makes a token meanwhile. It is complete before it has its name, and never readable by others, not even for a moment.
 */
export async function ensureToken(dir: string): Promise<string> {
  const existing = await readToken(dir);
  if (existing !== undefined) return existing;
  const token = randomBytes(32).toString('base64url');
  const path = join(dir, tokenFileName);
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  const file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    await file.writeFile(token);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  return token;
}

/** Undefined where there is none; throws where it is not secret or not a token. */
export async function readToken(dir: string): Promise<string | undefined> {
  const path = join(dir, tokenFileName);
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    const why = error.code === 'ELOOP' ? 'it is a symbolic link' : error.message;
    throw new Error(`The token file ${path} cannot be read: ${why}. Remove it; the server then makes a new one.`, { cause: error });
  });
  if (file === undefined) return undefined;
  try {
    const { mode, uid } = await file.stat();
    const others = mode & 0o077;
    if (uid !== process.getuid?.())
      throw new Error(`The token file ${path} belongs to user ${uid}. Remove it; the server then makes a new one.`);
    if (others !== 0) {
      // Not mended in silence: whoever could read it may have done so.
      throw new Error(
        `The token file ${path} can be read or written by others (mode ${(mode & 0o777).toString(8)}). ` +
          `Remove it and restart the server, which makes a new one; if nobody else uses this machine, chmod 600 is enough.`,
      );
    }
    const token = (await file.readFile('utf8')).trim();
    if (!tokenPattern.test(token))
      throw new Error(`The file ${path} holds no token. Remove it and restart the server, which makes a new one.`);
    return token;
  } finally {
    await file.close();
  }
}
