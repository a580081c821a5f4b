import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDataDirectory } from './data-directory.ts';
import { waitForExclusiveLock } from './exclusive-lock.ts';
import type { ExclusiveLock } from './exclusive-lock.ts';
import { isRunning } from './is-running.ts';
import { readServerFile } from './server-file.ts';

export interface DataDirectoryClaim {
  /** The real path. */
  readonly dir: string;
  release(): void;
}

/** Another server holds the directory. A companion that lost a race tells this from a failure by {@link exitCodeInUse}. */
export class DataDirectoryInUse extends Error {
  override readonly name = 'DataDirectoryInUse';
}

/** sysexits.h's EX_TEMPFAIL: not this server, not now. Every other failure to start ends with 1. */
export const exitCodeInUse = 75;
export const exitCodeOf = (error: unknown): number => (error instanceof DataDirectoryInUse ? exitCodeInUse : 1);

const lockFileName = 'server.lock';
const holderFileName = 'server.pid';
/** Long enough for a dying server to let go, short enough that a refusal feels immediate. */
const patienceMs = 400;

/** One server for one data directory: gives the claim, or throws {@link DataDirectoryInUse}. */
export async function claimDataDirectory(dir: string): Promise<DataDirectoryClaim> {
  const path = await makeDataDirectory(dir);
  const lock = await lockOrExplain(path);
  if (lock === undefined) throw new DataDirectoryInUse(await sayWhoHolds(path));
  await writeFile(join(path, holderFileName), `${process.pid}\n`, { mode: 0o600 });
  return { dir: path, release: () => lock.release() };
}

async function lockOrExplain(dir: string): Promise<ExclusiveLock | undefined> {
  try {
    return await waitForExclusiveLock(join(dir, lockFileName), patienceMs);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The data directory ${dir} cannot be locked: ${why}. Choose another with --data DIR, on a file system that can lock files.`,
      {
        cause: error,
      },
    );
  }
}

async function sayWhoHolds(dir: string): Promise<string> {
  const pid = Number.parseInt(await readFile(join(dir, holderFileName), 'utf8').catch(() => ''), 10);
  const server = await readServerFile(dir);
  const address = server !== undefined && server.pid === pid ? ` (address ${server.address})` : '';
  // A pid that is gone is the predecessor's: the holder has not yet written its own.
  const who = isRunning(pid) ? `a server with pid ${pid}${address}` : 'a server that is just starting';
  return `The data directory ${dir} is in use by ${who}. Stop it, or choose another --data.`;
}
