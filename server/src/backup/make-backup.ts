import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { databaseOf } from '../config.ts';
import type { Config } from '../config.ts';
import { copySqlite, openSnapshot } from '../database/snapshot.ts';
import { version } from '../version.ts';
import { backupNames, copyWhole, ifAbsent, keepFile, listFiles, refuse, sandboxPath, sizeOf } from './backup-files.ts';
import type { AboutBackup } from './backup-files.ts';

/**
 * Copies a server's data while it works. The order is the point: files first, then the tables at one moment, then the files that came between
 * these two. The cleaning removes only what has been unused for a day, so whatever is new in the tables is still there when it is looked for;
 * and what the cleaning removes meanwhile was taken before.
 */
export async function makeBackup(config: Config, configFile: string, target: string): Promise<string[]> {
  const directory = resolve(target);
  const database = databaseOf(config);
  if (database.kind !== 'sqlite')
    throw refuse('The tables are in PostgreSQL, which has its own means.', 'docs/how-to/operate.md says which, and in which order.');
  if ((await sizeOf(database.path)) === undefined)
    throw refuse(`There is no ${database.path} to back up.`, 'Name the data directory of the server with --data DIR.');
  await prepareTarget(directory);
  const withSandboxes = config.sandboxes === undefined;
  if (withSandboxes) await keepFiles(config.dataDirectory, directory, readFiles(database.path).files);
  const partial = join(directory, `${backupNames.tables}.partial`);
  copySqlite(database.path, partial);
  const snapshot = readFiles(partial);
  const lost = withSandboxes ? await keepFiles(config.dataDirectory, directory, snapshot.files) : [];
  await rename(partial, join(directory, backupNames.tables));
  await removeSurplus(directory, snapshot.files);
  await keepSmallFiles(config, configFile, directory);
  const about: AboutBackup = { format: 1, version, tables: snapshot.version, createdTime: new Date().toISOString(), sandboxFiles: withSandboxes ? snapshot.files.size - lost.length : 0, withSandboxes }; // prettier-ignore
  await writeFile(join(directory, `${backupNames.about}.partial`), `${JSON.stringify(about, null, 2)}\n`, { mode: 0o600 });
  await rename(join(directory, `${backupNames.about}.partial`), join(directory, backupNames.about));
  await rm(join(directory, 'unfinished'), { force: true });
  return [
    ...lost.map((digest) => `note: the bytes of ${digest} are missing at the server too`),
    ...(withSandboxes ? [] : ['note: sandbox files are in a bucket and not in this backup']),
    `the tables (version ${about.tables}) and ${about.sandboxFiles} sandbox files are in ${directory}; who reads it can act as anybody here`,
  ];
}

/** Empty, or an earlier backup: its files are taken as they are, for they never change. */
async function prepareTarget(directory: string): Promise<void> {
  const present = (await readdir(directory).catch(ifAbsent)) ?? [];
  const known = new Set([...Object.values(backupNames).flatMap((name) => [name, `${name}.partial`]), 'sandboxes', 'unfinished']);
  const isOurs = present.includes(backupNames.about) || present.includes('unfinished');
  if (present.length > 0 && !(isOurs && present.every((name) => known.has(name))))
    throw refuse(`${directory} is neither empty nor a backup.`, 'Choose an empty directory, or an earlier backup to bring up to date.');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
  // Until the manifest is there this tells the next run that it may go on here.
  if (present.length === 0) await writeFile(join(directory, 'unfinished'), '', { mode: 0o600 });
}

function readFiles(path: string): { version: number; files: Map<string, number> } {
  const snapshot = openSnapshot(path);
  try {
    return { version: snapshot.version, files: snapshot.sandboxFiles() };
  } finally {
    snapshot.close();
  }
}

/** Gives the digests of which there are no bytes. */
async function keepFiles(from: string, to: string, files: ReadonlyMap<string, number>): Promise<string[]> {
  const lost: string[] = [];
  for (const [digest, sizeBytes] of files) {
    const kept = sandboxPath(to, digest);
    if ((await sizeOf(kept)) === sizeBytes) continue;
    await rm(kept, { force: true });
    if (!(await keepFile(sandboxPath(from, digest), kept))) lost.push(digest);
  }
  return lost;
}

async function removeSurplus(directory: string, files: ReadonlyMap<string, number>): Promise<void> {
  for await (const { name, path, isWhole } of listFiles(directory)) if (!isWhole || !files.has(name)) await rm(path, { force: true });
}

async function keepSmallFiles(config: Config, configFile: string, directory: string): Promise<void> {
  const small = [
    [configFile, backupNames.config],
    [join(config.dataDirectory, 'token'), backupNames.token],
    [config.service?.secretFile, backupNames.secret],
  ] as const;
  for (const [from, name] of small)
    if (from === undefined || !(await copyWhole(from, join(directory, name)))) await rm(join(directory, name), { force: true });
  await rm(join(directory, 'unfinished'), { force: true });
}

/** Undefined where the directory holds no complete backup. */
export async function readAbout(directory: string): Promise<AboutBackup | undefined> {
  const text = await readFile(join(directory, backupNames.about), 'utf8').catch(ifAbsent);
  return text === undefined ? undefined : (JSON.parse(text) as AboutBackup);
}
