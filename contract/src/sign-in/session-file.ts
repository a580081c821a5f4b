import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ContractError } from '../errors';

/** Who one is at a service, and the tokens that prove it. They live in this file (0600) and nowhere else. */
export interface SignedIn {
  /** The service that gave the tokens; no other gets them. */
  url: string;
  owner: string;
  vo: string;
  ownerGroup: string;
  accessToken: string;
  accessExpiresMs: number;
  /** From here on the next caller renews. */
  renewAtMs: number;
  refreshToken: string;
  refreshExpiresMs: number;
}

/** A sign-in that the service ended: it says as whom to come back, and holds no token. */
export interface SignInEnded {
  url: string;
  owner: string;
  vo: string;
  ownerGroup: string;
  endedMs: number;
  /** In the service's words. */
  why: string;
}

export type StoredSession = SignedIn | SignInEnded;

export const isSignedIn = (session: StoredSession | undefined): session is SignedIn => session !== undefined && 'accessToken' in session;

/** One a service, so that who changes between two need not sign in each time. */
export function sessionFilePath(directory: string, url: string): string {
  return join(directory, `session-${createHash('sha256').update(url).digest('hex').slice(0, 16)}.json`);
}

/** Undefined where there is none; throws where others could have read it. */
export async function readSession(directory: string, url: string): Promise<StoredSession | undefined> {
  const path = sessionFilePath(directory, url);
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unusable(path, error.code === 'ELOOP' ? 'is a symbolic link' : `cannot be read (${error.message})`, error);
  });
  if (file === undefined) return undefined;
  try {
    const { mode, uid } = await file.stat();
    if (uid !== process.getuid?.()) throw unusable(path, `belongs to user ${uid}`);
    if ((mode & 0o077) !== 0) throw unusable(path, `can be read or written by others (mode ${(mode & 0o777).toString(8)})`);
    return parse(await file.readFile('utf8'), url);
  } finally {
    await file.close();
  }
}

function unusable(path: string, why: string, cause?: unknown): ContractError {
  const next = 'Remove that file and sign in again: "dlogin", or "Sign in" in the DIRAC status bar of JupyterLab.';
  return new ContractError('NotSignedIn', `The sign-in is not used: ${path} ${why}.`, { next, cause });
}

/** Something else, or of another service, is no sign-in. */
function parse(text: string, url: string): StoredSession | undefined {
  try {
    const session = Object(JSON.parse(text)) as Partial<SignedIn & SignInEnded>;
    const isWhole = session.accessToken === undefined ? session.endedMs !== undefined : session.refreshToken !== undefined;
    return session.url === url && isWhole ? (session as StoredSession) : undefined;
  } catch {
    return undefined;
  }
}

export interface PreparedFile {
  /** Puts the session in place of the old one: readers see the one or the other, whole. */
  commit(session: StoredSession): Promise<void>;
  abandon(): Promise<void>;
}

/**
 * A new file with room for a session in it, made before a refresh token is spent: a full or read-only disk is noticed while the old token is
 * still good. To be called with the lock in hand: what a killed process left half done is removed.
 */
export async function prepareSessionFile(directory: string, url: string): Promise<PreparedFile> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = sessionFilePath(directory, url);
  await removeLeftovers(directory, path);
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(temporary, flags, 0o600);
  const abandon = async (): Promise<void> => {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
  };
  try {
    await file.write(' '.repeat(room));
    await file.sync();
  } catch (error) {
    await abandon();
    throw error;
  }
  return {
    abandon,
    commit: async (session) => {
      await overwrite(file, `${JSON.stringify(session, null, 1)}\n`);
      await rename(temporary, path);
      await syncDirectory(directory);
    },
  };
}

/** Two tokens of a usual size; a larger session may still fail on a full disk. */
const room = 8192;

async function overwrite(file: FileHandle, text: string): Promise<void> {
  try {
    await file.write(text, 0);
    await file.truncate(Buffer.byteLength(text));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The new name survives a power cut. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  await handle.sync().catch(() => undefined);
  await handle.close();
}

async function removeLeftovers(directory: string, path: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const left = join(directory, name);
    if (left.startsWith(`${path}.`)) await rm(left, { force: true });
  }
}

/** To be called with the lock in hand. */
export const removeSessionFile = (directory: string, url: string): Promise<void> => rm(sessionFilePath(directory, url), { force: true });
