import { serverFileName } from '@diraclab/contract/connection';
import type { ServerFile } from '@diraclab/contract/connection';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Says where the server of this data directory listens. A reader sees the old file or the new one, never a half. */
export async function writeServerFile(dir: string, server: ServerFile): Promise<void> {
  const path = join(dir, serverFileName);
  const temporary = `${path}.${process.pid}`;
  await rm(temporary, { force: true });
  await writeFile(temporary, `${JSON.stringify(server, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(temporary, path);
}

/** Takes back this process's file; one that a successor has written stays. */
export async function removeServerFile(dir: string): Promise<void> {
  if ((await readServerFile(dir))?.pid === process.pid) await rm(join(dir, serverFileName), { force: true });
}

/** Undefined where there is none, or none that makes sense. */
export async function readServerFile(dir: string): Promise<ServerFile | undefined> {
  try {
    const file: unknown = JSON.parse(await readFile(join(dir, serverFileName), 'utf8'));
    return isServerFile(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

function isServerFile(file: unknown): file is ServerFile {
  return (
    typeof file === 'object' &&
    file !== null &&
    'address' in file &&
    typeof file.address === 'string' &&
    /^(unix:\/|https?:\/\/)./.test(file.address) &&
    'pid' in file &&
    typeof file.pid === 'number'
  );
}
