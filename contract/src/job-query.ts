import { hint } from './hint';
import { jobKeyNamed, jobKeyNames, operatorsOfType, type JobKey } from './job-keys';
import type { Condition, Operator } from './job-search';
import { JobQueryError, scanQuery, type Term, type Word } from './query-scanner';
import { readInstant, readValue } from './query-values';

const operatorOfSign: Readonly<Record<string, Operator>> = {
  '=': 'in', '!=': 'notIn', '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte', '~': 'like', '!~': 'notLike',
}; // prettier-ignore

/**
 * Conditions out of what people write: `state=Failed,Killed site=CYF* age<2d param.seed=3 "a name"`. All of them hold; values after commas
 * are alternatives. A word alone is a job's number or a part of its name. Times are UTC. What it cannot mean is a {@link JobQueryError}.
 */
export function parseJobQuery(text: string): Condition[] {
  return scanQuery(text).flatMap((term) => toConditions(term));
}

function toConditions(term: Term): Condition[] {
  const { key: said, sign = '', values } = term;
  if (said === undefined) return loneWord(values[0] as Word);
  const key = jobKeyNamed(said.text);
  if (key === undefined) {
    const sentence = `There is no key "${said.text}".${hint(said.text, jobKeyNames)}`;
    throw new JobQueryError(sentence, said, `Keys: ${jobKeyNames.slice(0, 10).join(', ')} …; quotes make it a part of a name.`);
  }
  const [only] = values;
  if (values.length === 1 && only !== undefined && !only.quoted && sign === '=' && only.text.includes('..')) return range(key, only);
  if (key.type === 'time') return timeConditions(key, sign, values);
  return [condition(key, operatorOf(key, sign, said, values), values)];
}

/** `#881` and `881` are a number; `and` joins what is joined already; `or` would be another language. */
function loneWord(word: Word): Condition[] {
  if (!word.quoted) {
    const lower = word.text.toLowerCase();
    if (lower === 'and') return [];
    if (lower === 'or' || /^[()]/.test(word.text))
      throw new JobQueryError(
        `"${word.text}" is not known here.`,
        word,
        'Alternatives of one key are written with commas: state=Failed,Killed.',
      );
    if (/^#?\d{1,15}$/.test(word.text)) return [{ field: 'jobId', operator: 'eq', values: [Number(word.text.replace('#', ''))] }];
    if (/[*?]/.test(word.text)) return [{ field: 'jobName', operator: 'like', values: [word.text] }];
  }
  if (word.text === '') return [];
  // `?` stands for any one letter, and so for a wildcard that is meant as a letter.
  return [{ field: 'jobName', operator: 'like', values: [`*${word.text.replace(/\*/g, '?')}*`] }];
}

function operatorOf(key: JobKey, sign: string, said: Word, values: readonly Word[]): Operator {
  const hasWildcard = (key.type === 'text' || key.type === 'status') && values.some(({ text, quoted }) => !quoted && /[*?]/.test(text));
  if (hasWildcard && sign === '=') return 'like';
  if (hasWildcard && sign === '!=') return 'notLike';
  const operator = operatorOfSign[sign] as Operator;
  if (operatorsOfType[key.type].includes(operator)) return operator;
  const known = Object.entries(operatorOfSign).flatMap(([one, name]) => (operatorsOfType[key.type].includes(name) ? [one] : []));
  throw new JobQueryError(`${key.names[0]} is not compared with ${sign}.`, said, `It is compared with ${known.join(' ')}.`);
}

function condition(key: JobKey, operator: Operator, words: readonly Word[]): Condition {
  const pattern = operator === 'like' || operator === 'notLike';
  const values = words.map((word) =>
    pattern && word.text !== '' ? patternOf(word, operator === 'like' && words.length > 1) : readValue(key, word),
  );
  if (!['in', 'notIn', 'like', 'notLike'].includes(operator) && words[1] !== undefined)
    throw new JobQueryError(`${key.names[0]} takes one value here.`, words[1], 'Several values go with = and !=.');
  return { field: key.key, operator, values };
}

/** Beside patterns a value in quotes is meant as it stands. */
const patternOf = ({ text, quoted }: Word, isList: boolean): string => (quoted && isList ? text.replace(/\*/g, '?') : text);

/** Both ends belong to it; a date is all of its day. */
function range(key: JobKey, word: Word): Condition[] {
  const at = word.text.indexOf('..');
  const part = (text: string, skipped: number): Word => ({ ...word, text, column: word.column + skipped, length: text.length });
  const [first, last] = [part(word.text.slice(0, at), 0), part(word.text.slice(at + 2), at + 2)];
  if (key.type === 'time') return [...timeConditions(key, '>=', [first]), ...timeConditions(key, '<=', [last])];
  if (key.type !== 'number') return [condition(key, 'in', [word])];
  const [low, high] = [readValue(key, first), readValue(key, last)];
  if (high < low) throw new JobQueryError(`The range ${word.text} runs backwards.`, word, `Write ${high}..${low}.`);
  return [
    { field: key.key, operator: 'gte', values: [low] },
    { field: key.key, operator: 'lte', values: [high] },
  ];
}

function timeConditions(key: JobKey, sign: string, words: readonly Word[]): Condition[] {
  const [word, second] = words;
  if (word === undefined || second !== undefined)
    throw new JobQueryError(`${key.names[0]} takes one time.`, second ?? { column: 1, length: 1 }, 'A span is 2026-11-01..2026-11-05.');
  if (sign === '~' || sign === '!~')
    throw new JobQueryError(`${key.names[0]} is not compared with ${sign}.`, word, 'It is compared with = < <= > >=.');
  readValue(key, word);
  const { fromMs, beforeMs } = readInstant(key, word);
  const at = (operator: Operator, ms: number): Condition => ({ field: key.key, operator, values: [new Date(ms).toISOString()] });
  if (beforeMs === undefined) return [at(operatorOfSign[sign] as Operator, fromMs)];
  if (sign === '<=') return [at('lt', beforeMs)];
  if (sign === '>') return [at('gte', beforeMs)];
  if (sign === '=') return [at('gte', fromMs), at('lt', beforeMs)];
  if (sign === '!=')
    throw new JobQueryError(`${key.names[0]}!= takes a time of day.`, word, 'Write < for before, or > for after that day.');
  return [at(operatorOfSign[sign] as Operator, fromMs)];
}
