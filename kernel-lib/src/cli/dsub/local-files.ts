import { isSandboxPath } from '@diraclab/contract';
import { globSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { type CliError, usageError } from '../exit-codes';

/** A file here and where it shall lie in the job's directory. */
export interface LocalInput {
  path: string;
  as: string;
}

/** The contract's limit for one sandbox. */
const mostFiles = 10_000;

/** Files, directories (with all below) and patterns of an InputSandbox; each lands under its own name, as in DIRAC. */
export async function findInputs(entries: readonly string[], cwd: string): Promise<LocalInput[]> {
  const inputs: LocalInput[] = [];
  for (const entry of entries) {
    if (/^(?:LFN|SB):/i.test(entry)) {
      throw usageError(
        `InputSandbox: ${entry} belongs to the data side of this system, which is not there yet.`,
        'Name a file that is here.',
      );
    }
    for (const path of await expand(entry, cwd)) inputs.push(...(await filesAt(path, cwd)));
    if (inputs.length > mostFiles) throw usageError(`InputSandbox: more than ${mostFiles} files; pack them into one archive.`);
  }
  return refuseClashes(inputs);
}

async function expand(entry: string, cwd: string): Promise<string[]> {
  if (await aboutOf(resolve(cwd, entry))) return [entry];
  if (!/[*?[]/.test(entry)) throw usageError(`InputSandbox: there is no file "${entry}" in ${cwd}.`);
  const found = globSync(entry, { cwd }).toSorted();
  if (found.length === 0) throw usageError(`InputSandbox: nothing matches "${entry}" in ${cwd}.`);
  return found;
}

async function filesAt(entry: string, cwd: string): Promise<LocalInput[]> {
  const path = resolve(cwd, entry);
  const about = await aboutOf(path);
  if (about?.isFile()) return [{ path, as: basename(path).normalize('NFC') }];
  if (!about?.isDirectory()) throw usageError(`InputSandbox: "${entry}" is neither a file nor a directory.`);
  const inputs: LocalInput[] = [];
  for (const below of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (below.isDirectory()) continue;
    const file = resolve(below.parentPath, below.name);
    // Links to files are followed; a link to a directory could lead round in circles.
    if (!(await aboutOf(file))?.isFile())
      throw usageError(`InputSandbox: ${file} is no ordinary file; a directory is sent with plain files only.`);
    inputs.push({ path: file, as: basename(path) + file.slice(path.length) });
    if (inputs.length > mostFiles)
      throw usageError(`InputSandbox: "${entry}" has more than ${mostFiles} files; pack them into one archive.`);
  }
  return inputs.map(({ path, as }) => ({ path, as: as.normalize('NFC') })).toSorted((a, b) => (a.as < b.as ? -1 : 1));
}

function refuseClashes(inputs: readonly LocalInput[]): LocalInput[] {
  const byPlace = new Map<string, LocalInput>();
  for (const input of inputs) {
    const { as, path } = input;
    if (!isSandboxPath(as)) throw usageError(`InputSandbox: the name of ${path} cannot be used in a job's directory.`, 'Rename it.');
    const other = byPlace.get(as);
    if (other !== undefined && other.path !== path)
      throw usageError(`InputSandbox: ${other.path} and ${path} would both become "${as}".`, 'Rename one of them.');
    byPlace.set(as, input);
  }
  return [...byPlace.values()];
}

export async function aboutOf(path: string): Promise<{ isFile: () => boolean; isDirectory: () => boolean } | undefined> {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw cannotRead(path, error);
  });
}

export function cannotRead(path: string, error: NodeJS.ErrnoException): CliError {
  return usageError(`${path} cannot be read (${error.code ?? error.message}).`);
}
