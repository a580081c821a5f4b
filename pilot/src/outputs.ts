import { constants } from 'node:fs';
import { chmod, lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { isSandboxPath } from '@diraclab/contract';
import { fixedPrefix, matchesGlob } from './glob.ts';

export interface OutputFile {
  readonly path: string;
  /** Where its bytes are, links resolved. */
  readonly realPath: string;
  readonly sizeBytes: number;
  readonly executable: boolean;
}

export interface FoundOutputs {
  readonly files: readonly OutputFile[];
  /** Patterns that nothing answered to. */
  readonly missing: readonly string[];
  /** What was asked for and is left out, with the reason. */
  readonly skipped: readonly string[];
}

/** The contract's limit on the outputs of a job; one more is looked for, so that the excess shows. */
export const maxOutputFiles = 10_000;

/**
 * The files that the names, directories and globs ask for, sorted by path. Regular files only: a link counts as the file it leads to when
 * that lies in the job's directory; linked directories are not entered.
 */
export async function findOutputs(directory: string, patterns: readonly string[]): Promise<FoundOutputs> {
  const root = await realpath(directory).catch(() => undefined);
  // A payload may remove its own directory: then nothing is there, which is no reason to lose how it ended.
  if (root === undefined) return { files: [], missing: patterns, skipped: [] };
  await namesIn(root);
  const files = new Map<string, OutputFile>();
  const skipped = new Set<string>();
  const missing: string[] = [];
  for (const pattern of patterns) {
    let isAnswered = false;
    for await (const path of pathsBelow(root, fixedPrefix(pattern))) {
      if (!matchesGlob(pattern, path)) continue;
      isAnswered = true;
      const output = files.get(path) ?? (await inspect(root, path));
      if (typeof output === 'string') skipped.add(`${path} ${output}`);
      else files.set(path, output);
      if (files.size > maxOutputFiles) break;
    }
    if (!isAnswered && !(await isEmptyDirectory(root, pattern))) missing.push(pattern);
  }
  return { files: [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)), missing, skipped: [...skipped] };
}

/** Everything at or below a path that is not a directory, or one that cannot be looked into. */
async function* pathsBelow(root: string, path: string): AsyncGenerator<string> {
  const facts = await lstat(join(root, path)).catch(() => undefined);
  if (facts === undefined) return;
  if (!facts.isDirectory()) return yield path;
  // A way in through a linked directory would be longer than it looks.
  if ((await realpath(join(root, path))) !== join(root, path)) return yield path;
  const names = await namesIn(join(root, path));
  if (names === undefined) return yield path;
  for (const name of names.sort()) yield* pathsBelow(root, path === '' ? name : `${path}/${name}`);
}

/** The file, or why it cannot be brought. */
async function inspect(root: string, path: string): Promise<OutputFile | string> {
  if (!isSandboxPath(path)) return '(its name cannot be kept)';
  const real = await realpath(join(root, path)).catch(() => undefined);
  if (real === undefined) return '(a link to nothing)';
  if (!real.startsWith(root + sep)) return '(a link out of the job directory)';
  const facts = await stat(real);
  if (facts.isDirectory() && (await namesIn(real)) === undefined) return '(not readable)';
  if (!facts.isFile()) return '(not a regular file)';
  if (!(await isReadable(real))) return '(not readable)';
  return { path, realPath: real, sizeBytes: facts.size, executable: (facts.mode & 0o100) !== 0 };
}

/** What is in a directory; undefined when it cannot be looked into. */
const namesIn = (path: string): Promise<string[] | undefined> =>
  // To ask for `.` needs the right to search, to read the names that to read.
  withRights(path, 0o700, async () => (await lstat(`${path}/.`), readdir(path)));

const isReadable = (path: string): Promise<boolean> =>
  withRights(path, 0o600, async () => {
    await (await open(path, constants.O_RDONLY | constants.O_NONBLOCK)).close();
    return true;
  }).then((is) => is === true);

/** Gives back the rights that a payload took from its own user, who is the pilot's; undefined where they are not his to give. */
async function withRights<T>(path: string, rights: number, act: () => Promise<T>): Promise<T | undefined> {
  return act().catch(async () => {
    await chmod(path, rights).catch(() => undefined);
    return act().catch(() => undefined);
  });
}

async function isEmptyDirectory(root: string, pattern: string): Promise<boolean> {
  const facts = await lstat(join(root, pattern)).catch(() => undefined);
  return facts?.isDirectory() === true;
}
