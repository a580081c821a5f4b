import { mkdirSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { ContractError } from '../errors';
import { sessionFilePath } from './session-file';

/** Nobody else may hold the handles: one that is collected as garbage is closed, and its lock silently gone. */
const held = new Set<DatabaseSync>();
const sqliteBusy = 5;
/** Longer than one renewal may take. */
const waitMs = 25_000;

/**
 * Does something to a session while nobody else on this data directory does, in this process or another. SQLite's exclusive transaction is
 * the lock: it goes with its process however that dies (docs/decisions/0003). The file stays empty and is never removed.
 */
export async function withSessionLock<T>(directory: string, url: string, does: () => Promise<T>): Promise<T> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = await take(sessionFilePath(directory, url).replace(/json$/, 'lock'));
  try {
    return await does();
  } finally {
    held.delete(lock);
    lock.close();
  }
}

async function take(path: string): Promise<DatabaseSync> {
  const endMs = performance.now() + waitMs;
  for (;;) {
    const lock = tryTake(path);
    if (lock !== undefined) return lock;
    if (performance.now() >= endMs)
      throw new ContractError('NotReady', `Another program of yours has been renewing the sign-in for ${waitMs / 1000} s.`, {
        next: 'Try again; if it stays so, look for a command that hangs.',
      });
    await sleep(10 + Math.random() * 30);
  }
}

function tryTake(path: string): DatabaseSync | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    const code = (error as { errcode?: unknown }).errcode;
    if (typeof code === 'number' && (code & 0xff) === sqliteBusy) return undefined;
    throw error;
  }
  held.add(database);
  return database;
}
