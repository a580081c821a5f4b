import { ContractError } from '@diraclab/contract';
import { createHash } from 'node:crypto';
import { copyFile, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDigest } from '../sandboxes/bytes-port.ts';

/** What lies in a backup, and where. `about` is written last: a directory without it is no complete backup. */
export const backupNames = { about: 'backup.json', tables: 'diraclab.sqlite', config: 'config.json', token: 'token', secret: 'secret' };

export interface AboutBackup {
  format: 1;
  /** Of the server's program. */
  version: string;
  /** Of the tables. */
  tables: number;
  createdTime: string;
  sandboxFiles: number;
  /** False: they are in a bucket, which is kept safe by other means. */
  withSandboxes: boolean;
}

export const sandboxPath = (directory: string, digest: string): string => join(directory, 'sandboxes', digest.slice(0, 2), digest);

export const ifAbsent = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
};

export const sizeOf = async (path: string): Promise<number | undefined> => (await stat(path).catch(ifAbsent))?.size;

/**
 * Sandbox files never change, so a second name is as good as a copy where both are on one file system. Gives false where there is no such
 * file. What an interrupted run left half is never taken for whole: it has another name.
 */
export async function keepFile(from: string, to: string): Promise<boolean> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  try {
    await link(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    if (code === 'EEXIST') return true;
    // Another file system, or one without links, or too many of them.
    return copyWhole(from, to);
  }
}

/** Durable and only its owner's; false where there is nothing to copy. */
export async function copyWhole(from: string, to: string): Promise<boolean> {
  const partial = `${to}.partial`;
  await rm(partial, { force: true });
  const found = await copyFile(from, partial).then(() => true, ifAbsent);
  if (found === undefined) return false;
  const file = await open(partial, 'r+');
  try {
    await file.chmod(0o600);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(partial, to);
  return true;
}

export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'r');
  for await (const chunk of file.createReadStream()) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Every sandbox file in a backup, and what an interrupted run left. */
export async function* listFiles(directory: string): AsyncGenerator<{ name: string; path: string; isWhole: boolean }> {
  const root = join(directory, 'sandboxes');
  for (const folder of (await readdir(root).catch(ifAbsent)) ?? [])
    for (const name of await readdir(join(root, folder))) yield { name, path: join(root, folder, name), isWhole: isDigest(name) };
}

export const refuse = (what: string, next: string): ContractError => new ContractError('BadRequest', what, { next });
