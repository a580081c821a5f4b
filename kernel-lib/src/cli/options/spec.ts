import type { ExitCode } from '../exit-codes';

export interface OptionSpec {
  /** As COMDIRAC spells it; read without regard to upper and lower case. */
  readonly long: string;
  readonly short?: string;
  /** What stands for the value in the help; an option without it is a flag. */
  readonly value?: string;
  /** May be given several times. */
  readonly many?: true;
  readonly help: string;
}

export interface CommandSpec<Options extends readonly OptionSpec[] = readonly OptionSpec[]> {
  readonly name: string;
  readonly summary: string;
  /** What follows the options. */
  readonly usage: string;
  /** Paragraphs of `--help`. */
  readonly details: readonly string[];
  /** Command and what it does; `-h` begins with the first three. */
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  readonly options: Options;
  /** After the first argument everything belongs to it, as with ssh or srun. */
  readonly stopsAtFirstArgument?: true;
  readonly exitCodes: readonly ExitCode[];
}

export type OptionsOf<Options extends readonly OptionSpec[]> = {
  [O in Options[number] as O['long']]?: O extends { many: true } ? string[] : O extends { value: string } ? string : true;
};

export interface Parsed<Options extends readonly OptionSpec[]> {
  options: OptionsOf<Options>;
  args: string[];
}

/** Keeps the literal types of the options, so that a command cannot read one that it did not declare. */
export function defineCommand<const Options extends readonly OptionSpec[]>(spec: CommandSpec<Options>): CommandSpec<Options> {
  return spec;
}

export const outputOptions = {
  format: { long: 'Fmt', short: 'f', value: 'FORMAT', help: 'pretty (default), csv or json, as COMDIRAC prints them' },
  json: { long: 'json', help: 'one JSON document, {"v":1,…}, with the names of the API' },
  jsonl: { long: 'jsonl', help: 'one JSON object a line, as they come' },
  csv: { long: 'csv', help: 'the same as -f csv' },
  ids: { long: 'ids', help: 'only job ids, one a line' },
  color: { long: 'color', value: 'WHEN', help: 'auto (default), always or never; NO_COLOR and FORCE_COLOR are heard' },
  inputFile: { long: 'input-file', short: 'i', value: 'FILE', many: true, help: 'read job ids from FILE' },
} as const;
