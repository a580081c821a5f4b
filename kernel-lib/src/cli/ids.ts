import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { usageError } from './exit-codes';
import type { Io } from './io';
import { readAll } from './read-all';

/** As many as one act takes (the contract's Selection). */
export const maxIds = 100_000;

/** Job ids out of `12`, `12,13`, ranges `881-903`, `-` (standard input), `@file`, and the files of `-i`. In order, each once. */
export async function readIds(args: readonly string[], io: Io, files: readonly string[] = []): Promise<number[]> {
  const ids = new Set<number>();
  const take = (text: string, from: string) => {
    for (const word of text.split(/[\s,]+/)) {
      if (word !== '') addIds(ids, word, from);
    }
  };
  for (const arg of args) {
    if (arg === '-') take(await readAll(io.stdin, 'standard input', io.signal), ' on standard input');
    else if (arg.startsWith('@')) take(await readIdFile(arg.slice(1), io), ` in ${arg.slice(1)}`);
    else take(arg, '');
  }
  for (const file of files) {
    if (file === '-') take(await readAll(io.stdin, 'standard input', io.signal), ' on standard input');
    else take(await readIdFile(file, io), ` in ${file}`);
  }
  return [...ids];
}

function addIds(ids: Set<number>, word: string, from: string): void {
  const [, first = '', last] = /^([1-9]\d{0,15})(?:-([1-9]\d{0,15}))?$/.exec(word) ?? [];
  const [low, high] = [Number(first), Number(last ?? first)];
  if (first === '' || high > Number.MAX_SAFE_INTEGER) {
    throw usageError(
      `"${word.slice(0, 100)}"${from} is not a job id.`,
      'Job ids are numbers: 881, 881,882, 881-903, - for standard input, @file.',
    );
  }
  if (high < low) throw usageError(`The range ${word}${from} runs backwards.`, `Write ${high}-${low}.`);
  if (high - low >= maxIds) throw usageError(`The range ${word}${from} has ${high - low + 1} ids; ${maxIds} is the most.`);
  for (let id = low; id <= high; id += 1) ids.add(id);
  if (ids.size > maxIds) throw usageError(`More than ${maxIds} job ids were given.`, 'Give them in several calls.');
}

async function readIdFile(path: string, io: Io): Promise<string> {
  return readFile(resolve(io.cwd, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usageError(`The file of job ids ${path} cannot be read (${error.code ?? error.message}).`);
  });
}

/** The same for commands that mean nothing without ids. */
export async function requireIds(command: string, args: readonly string[], io: Io, files?: readonly string[]): Promise<number[]> {
  const ids = await readIds(args, io, files);
  if (ids.length === 0) {
    const wasEmpty = args.length > 0 || files !== undefined;
    throw usageError(wasEmpty ? 'No job ids came in.' : 'Which job?', `For example: ${command} 881`);
  }
  return ids;
}
