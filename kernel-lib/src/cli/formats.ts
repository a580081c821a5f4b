import { usageError } from './exit-codes';
import { hint } from './options/did-you-mean';

export type Format = 'pretty' | 'csv' | 'json' | 'document' | 'jsonl' | 'ids';

const formats = ['pretty', 'csv', 'json'] as const;

/** `json` is COMDIRAC's bare array (`-f json`), `document` ours (`--json`). Two that disagree are an error, not a race. */
export function chooseFormat(options: { Fmt?: string; json?: true; jsonl?: true; csv?: true; ids?: true }): Format {
  const asked = new Set<Format>();
  if (options.Fmt !== undefined) asked.add(formatNamed(options.Fmt));
  if (options.csv) asked.add('csv');
  if (options.json) asked.add('document');
  if (options.jsonl) asked.add('jsonl');
  if (options.ids) asked.add('ids');
  const [first = 'pretty', second] = asked;
  if (second !== undefined)
    throw usageError('More than one output format was asked for.', 'Use one of -f FORMAT, --json, --jsonl, --csv, --ids.');
  return first;
}

function formatNamed(word: string): Format {
  const format = formats.find((name) => name === word.toLowerCase());
  if (format === undefined) throw usageError(`There is no format "${word}".${hint(word, formats)}`, `Formats: ${formats.join(', ')}.`);
  return format;
}
