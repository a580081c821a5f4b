import { lstat, rm } from 'node:fs/promises';
import { connect } from 'node:net';

/**
 * Clears what a killed process left, so that the path can be listened on. A living listener is left alone and named, and so is anything
 * that is no socket. Call it with the data directory's claim in hand, so that nobody listens between the look and the removal.
 */
export async function removeDeadSocket(path: string): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`${path} should be a socket and is something else. Remove it, or choose another path.`);
  if (await isListening(path)) throw new Error(`Another process listens on ${path}. Stop it, or choose another path.`);
  await rm(path, { force: true });
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
      // EAGAIN: its queue of connections is full, so somebody listens.
      else if (error.code === 'EAGAIN') resolve(true);
      else reject(error);
    });
  });
}
