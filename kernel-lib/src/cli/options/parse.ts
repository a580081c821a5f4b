import { usageError } from '../exit-codes';
import { hint } from './did-you-mean';
import type { CommandSpec, OptionSpec, OptionsOf, Parsed } from './spec';

export type Help = 'short' | 'full';

/**
 * Reads `-S all`, `-Sall`, `--Status all`, `--Status=all`, `-av`, `--`. Node's parseArgs knows neither names without regard to case
 * nor options that stop at the first argument, and its errors suggest nothing.
 */
export function parseOptions<Options extends readonly OptionSpec[]>(
  spec: CommandSpec<Options>,
  argv: readonly string[],
): Parsed<Options> | { help: Help } {
  const values: Record<string, string | true | string[]> = {};
  const args: string[] = [];
  const rest = [...argv];

  const set = (option: OptionSpec, given: string, value: string | undefined) => {
    if (option.value === undefined) {
      if (value !== undefined) throw usageError(`${given} takes no value, but got "${value}".`, seeHelp(spec));
      values[option.long] = true;
      return;
    }
    const text = value ?? rest.shift();
    if (text === undefined) throw usageError(`${given} needs a value: ${given} ${option.value}.`, seeHelp(spec));
    const before = values[option.long];
    values[option.long] = option.many ? [...(Array.isArray(before) ? before : []), text] : text;
  };

  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      args.push(...rest.splice(0));
    } else if (word === '-h') {
      return { help: 'short' };
    } else if (word.toLowerCase() === '--help') {
      return { help: 'full' };
    } else if (word.startsWith('--')) {
      const [, name = '', value] = /^--([^=]*)(?:=([^]*))?$/.exec(word) ?? [];
      set(findLong(spec, name), `--${name}`, value);
    } else if (word.startsWith('-') && word !== '-') {
      readShort(spec, word, set);
    } else {
      args.push(word);
      if (spec.stopsAtFirstArgument) args.push(...rest.splice(0));
    }
  }
  return { options: values as OptionsOf<Options>, args };
}

/** `-av` is two flags; in `-Sall` the first option that takes a value takes the rest. */
function readShort(spec: CommandSpec, word: string, set: (option: OptionSpec, given: string, value: string | undefined) => void): void {
  for (let i = 1; i < word.length; i += 1) {
    const letter = word[i] ?? '';
    const option = spec.options.find(({ short }) => short === letter);
    if (option === undefined)
      throw usageError(`${spec.name} has no option -${letter}${word.length > 2 ? ` (in ${word})` : ''}.`, seeHelp(spec));
    if (option.value !== undefined) {
      const value = word.slice(i + 1);
      set(option, `-${letter}`, value === '' ? undefined : value.replace(/^=/, ''));
      return;
    }
    set(option, `-${letter}`, undefined);
  }
}

function findLong(spec: CommandSpec, name: string): OptionSpec {
  const option = spec.options.find(({ long }) => long.toLowerCase() === name.toLowerCase());
  if (option !== undefined) return option;
  const known = [...spec.options.map(({ long }) => long), 'help'];
  throw usageError(`${spec.name} has no option --${name}.${hint(name, known, (long) => `--${long}`)}`, seeHelp(spec));
}

const seeHelp = (spec: CommandSpec): string => `${spec.name} --help lists them all.`;
