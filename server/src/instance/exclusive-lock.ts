import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

/** A lock of the operating system on a file; it ends with `release()` or with the process, whatever kills it. */
export interface ExclusiveLock {
  release(): void;
}

/** Nobody else may hold the handles: one that is collected as garbage is closed, and its lock silently gone. */
const held = new Set<DatabaseSync>();
const sqliteBusy = 5;

/**
 * Node has no flock. SQLite has: an exclusive transaction is a POSIX record lock, which the kernel takes atomically, drops when the process
 * dies, and keeps across pid namespaces and on network file systems that lock. Rejected: a file with pid and start time (removing a stale
 * one races with a third starter; pids mean nothing across containers), a listening socket (same race at unlink, one machine only).
 * Taking it costs 0.6 ms. The file stays empty and is never removed: removing a lock file lets two processes lock two different files.
 * A POSIX lock goes when its process closes any descriptor of that file, so nothing else in this program may open it.
 */
export function tryExclusiveLock(path: string): ExclusiveLock | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // No journal: nothing is ever written, and a full disk must not keep a server from saying so.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  held.add(database);
  return {
    release: () => {
      if (held.delete(database)) database.close();
    },
  };
}

/** Tries again for `waitMs`: starters that touch the lock at the same moment may all see it busy once. */
export async function waitForExclusiveLock(path: string, waitMs: number): Promise<ExclusiveLock | undefined> {
  const endMs = performance.now() + waitMs;
  for (;;) {
    const lock = tryExclusiveLock(path);
    if (lock !== undefined || performance.now() >= endMs) return lock;
    await sleep(10 + Math.random() * 30);
  }
}

function isBusy(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    (error.errcode & 0xff) === sqliteBusy
  );
}
