import { splitArguments } from '../../split-arguments';
import { usageError } from '../exit-codes';

/** DIRAC's Arguments is one string that a shell parts into words. */
export function readArguments(text: string, where: string): string[] {
  try {
    return splitArguments(text);
  } catch (error) {
    throw usageError(`${where}: ${(error as Error).message}`);
  }
}

export function joinArguments(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
