import { chmod, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { findDamage, openSnapshot } from '../database/snapshot.ts';
import { claimDataDirectory } from '../instance/index.ts';
import { backupNames, copyWhole, digestOf, ifAbsent, refuse, sandboxPath, sizeOf } from './backup-files.ts';
import { readAbout } from './make-backup.ts';
import type { AboutBackup } from './backup-files.ts';

const dataNames = { tables: 'diraclab.sqlite', config: 'config.json', token: 'token', secret: 'secret' };

/** Makes a data directory of a backup; a file that is not what it was is refused before anything is in its place. */
export async function restoreBackup(from: string, dataDirectory: string): Promise<string[]> {
  const backup = resolve(from);
  const about = await readAbout(backup);
  if (about === undefined)
    throw refuse(
      `${backup} holds no complete backup.`,
      'Name the directory that "backup" was given; if a run was interrupted, run it again.',
    );
  if ((about.format as number) !== 1) throw refuse(`${backup} is a backup of a newer program (${about.version}).`, 'Restore it with that.');
  await mustBeEmpty(dataDirectory);
  const claim = await claimDataDirectory(dataDirectory);
  try {
    const lost = about.withSandboxes ? await restoreFiles(backup, claim.dir) : [];
    for (const name of ['config', 'token', 'secret'] as const)
      await copyWhole(join(backup, backupNames[name]), join(claim.dir, dataNames[name]));
    // Last: without tables the directory is no server's yet.
    await restoreTables(backup, claim.dir);
    return [...lost.map((digest) => `note: the bytes of ${digest} are missing; they were when the backup was made`), ...(await notes(about, claim.dir)), `restored in ${claim.dir} as it was at ${about.createdTime}`]; // prettier-ignore
  } finally {
    claim.release();
  }
}

async function mustBeEmpty(dataDirectory: string): Promise<void> {
  const present = ((await readdir(dataDirectory).catch(ifAbsent)) ?? []).filter((name) => !/^server\.(lock|pid)$/.test(name));
  if (present.length > 0)
    throw refuse(`The data directory ${dataDirectory} is not empty: it holds ${present.slice(0, 3).join(', ')}.`, 'Restore into a new one with --data DIR.'); // prettier-ignore
}

/** Copies, not links: the backup stays what it is, whatever becomes of this disk's files. Gives the digests that it does not have. */
async function restoreFiles(backup: string, dataDirectory: string): Promise<string[]> {
  const snapshot = openSnapshot(join(backup, backupNames.tables));
  const files = snapshot.sandboxFiles();
  snapshot.close();
  const lost: string[] = [];
  for (const digest of files.keys()) {
    const [kept, restored] = [sandboxPath(backup, digest), sandboxPath(dataDirectory, digest)];
    if ((await sizeOf(kept)) === undefined) {
      lost.push(digest);
      continue;
    }
    if ((await digestOf(kept)) !== digest)
      throw refuse(`The file ${kept} is damaged: its sha256 is another.`, 'Take another backup; or remove the file, and the jobs that used it lose it.'); // prettier-ignore
    await mkdir(dirname(restored), { recursive: true, mode: 0o700 });
    await copyWhole(kept, restored);
  }
  return lost;
}

async function restoreTables(backup: string, dataDirectory: string): Promise<void> {
  const incoming = join(dataDirectory, 'restoring.sqlite');
  await copyWhole(join(backup, backupNames.tables), incoming);
  const damage = findDamage(incoming);
  if (damage !== '') {
    await rm(incoming, { force: true });
    throw refuse(`The tables of ${backup} are damaged: ${damage}.`, 'Take another backup.');
  }
  await chmod(incoming, 0o600);
  await rename(incoming, join(dataDirectory, dataNames.tables));
}

/** A secret that lies elsewhere is not put there by us. */
async function notes(about: AboutBackup, dataDirectory: string): Promise<string[]> {
  const text = await readFile(join(dataDirectory, dataNames.config), 'utf8').catch(ifAbsent);
  const { secretFile } = JSON.parse(text ?? '{}') as { secretFile?: string };
  return [
    ...(about.withSandboxes ? [] : ['note: sandbox files are where the configuration says, in the bucket']),
    ...(secretFile === undefined || resolve(secretFile) === join(dataDirectory, dataNames.secret)
      ? []
      : [
          `note: the configuration looks for the secret at ${secretFile}: move ${join(dataDirectory, dataNames.secret)} there before the start`,
        ]),
  ];
}
