import { hint } from './hint';
import type { JobKey } from './job-keys';
import { jobStatuses } from './jobs';
import { parseTime } from './parse-time';
import { JobQueryError, type Word } from './query-scanner';

const ageUnitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };
const dayMs = 86_400_000;

/** `30m`, `6h`, `2d` in milliseconds; undefined when it is no age. */
export function parseAge(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d{1,6})\s*([smhdw])$/.exec(text.trim()) ?? [];
  return number === undefined ? undefined : Number(number) * (ageUnitsMs[unit] ?? 0);
}

/** One value as the key has it, or an error at its place. */
export function readValue(key: JobKey, word: Word): string | number {
  if (word.text === '' && !word.quoted) throw wrong(word, `Write a value for ${key.names[0]}.`, key);
  switch (key.type) {
    case 'number':
      return readNumber(key, word);
    case 'time':
      return new Date(readInstant(key, word).fromMs).toISOString();
    case 'age':
      if (parseAge(word.text) === undefined) throw wrong(word, `"${word.text}" is not an age.`, key, 'Write it as 30m, 6h or 2d.');
      return word.text.replace(/\s/g, '');
    case 'status':
      return readStatus(key, word);
    case 'text':
      return word.text;
  }
}

function readNumber(key: JobKey, word: Word): number {
  if (!/^-?\d{1,15}$/.test(word.text)) throw wrong(word, `"${word.text}" is not a whole number for ${key.names[0]}.`, key);
  return Number(word.text);
}

/** A date without a time is all of that day. */
export function readInstant(key: JobKey, word: Word): { fromMs: number; beforeMs: number | undefined } {
  const fromMs = parseTime(word.text);
  if (fromMs === undefined)
    throw wrong(word, `"${word.text}" is not a time for ${key.names[0]}.`, key, 'Write it as 2026-11-22 or 2026-11-22T10:00, in UTC.');
  return { fromMs, beforeMs: /^\s*\d{4}-\d\d-\d\d\s*$/.test(word.text) ? fromMs + dayMs : undefined };
}

function readStatus(key: JobKey, word: Word): string {
  const status = jobStatuses.find((known) => known.toLowerCase() === word.text.toLowerCase());
  if (status !== undefined) return status;
  throw wrong(word, `There is no state "${word.text}".${hint(word.text, jobStatuses)}`, key, `States: ${jobStatuses.join(', ')}.`);
}

function wrong(word: Word, sentence: string, key: JobKey, next = key.description): JobQueryError {
  return new JobQueryError(sentence, { column: word.column, length: Math.max(1, word.length) }, next);
}
