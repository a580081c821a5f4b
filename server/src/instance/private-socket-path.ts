import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, realpath, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The kernel's limit is 108 bytes on Linux and 104 elsewhere; both include an ending zero. */
export const maxSocketPathBytes = process.platform === 'linux' ? 107 : 103;
/** The design's own limit, so that a path we choose fits everywhere. */
const chosenPathBytes = 99;

/**
 * Where the server of a data directory listens: the same path after a restart, short, and in directories only their owner can enter, since a
 * socket's own mode is not checked everywhere. `runtimeDirectory` is `XDG_RUNTIME_DIR`; where it is unset, too long or not private,
 * `/tmp/diraclab-<uid>` serves.
 */
export async function privateSocketPath(dataDirectory: string, runtimeDirectory: string | undefined): Promise<string> {
  const hash = createHash('sha256')
    .update(await realpath(dataDirectory))
    .digest('hex')
    .slice(0, 16);
  const runtime = await usableRuntimeDirectory(runtimeDirectory);
  const inRuntime = runtime === undefined ? undefined : join(runtime, 'diraclab', hash, 's');
  const path =
    inRuntime !== undefined && Buffer.byteLength(inRuntime) <= chosenPathBytes
      ? inRuntime
      : join('/tmp', `diraclab-${ownUid()}`, hash, 's');
  await makePrivateDirectory(dirname(dirname(path)));
  await makePrivateDirectory(dirname(path));
  return path;
}

/** Removes the directory that {@link privateSocketPath} made, when it is empty; the holder of the data directory's claim calls this at its end. */
export async function removePrivateSocketDirectory(socketPath: string): Promise<void> {
  await rmdir(dirname(socketPath)).catch(() => undefined);
}

export function checkSocketPathLength(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes <= maxSocketPathBytes) return;
  throw new Error(
    `The socket path ${path} is ${bytes} bytes long; this system takes at most ${maxSocketPathBytes}. Choose a shorter one (for Jupyter: set TMPDIR to a short directory and start Lab again).`,
  );
}

async function usableRuntimeDirectory(path: string | undefined): Promise<string | undefined> {
  if (path === undefined || !path.startsWith('/')) return undefined;
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === ownUid() && (found.mode & 0o077) === 0 ? path : undefined;
}

/** Makes the directory 0700; mends the mode of our own; refuses somebody else's, who could replace what lies in it. */
async function makePrivateDirectory(path: string): Promise<void> {
  const remedy = 'Remove it, or choose a socket with --socket PATH.';
  await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST')
      throw new Error(`The directory ${path} for the server's socket cannot be made: ${error.message}. ${remedy}`, { cause: error });
  });
  const found = await lstat(path);
  if (!found.isDirectory()) throw new Error(`${path} must be a directory for the server's socket, and is something else. ${remedy}`);
  if (found.uid !== ownUid()) throw new Error(`The directory ${path} for the server's socket belongs to user ${found.uid}. ${remedy}`);
  if ((found.mode & 0o077) !== 0) await chmod(path, 0o700);
}

function ownUid(): number {
  const uid = process.getuid?.();
  if (uid === undefined) throw new Error('This system has no user ids, so no private socket. Listen on a port with --listen HOST:PORT.');
  return uid;
}
