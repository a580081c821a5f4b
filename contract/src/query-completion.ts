import { jobKeyNamed, jobKeys } from './job-keys';
import { jobStatuses } from './jobs';
import { queryValue } from './query-text';

const mostOffered = 20;
/** The key, its comparison and the values before the one that is being written; or the word that may become a key. */
const beingWritten =
  /(?:^|\s)(?:([A-Za-z][A-Za-z0-9_.]*)\s*(!=|<=|>=|!~|=|<|>|~)\s*((?:[^\s,"']*,\s*)*)([^\s,"']*)|([A-Za-z][A-Za-z0-9_.]*))$/;

/**
 * How a text that somebody is writing may go on: whole texts, each with its last word completed. `valuesOf` knows the values of a key that
 * occur; `parameters` are names of a sweep's.
 */
export function completeJobQuery(text: string, valuesOf: (key: string) => readonly string[], parameters: readonly string[] = []): string[] {
  const found = beingWritten.exec(text);
  if (found === null) return [];
  const [, name, , , value = '', word] = found;
  const begins = (candidate: string, written: string) => candidate.toLowerCase().startsWith(written.toLowerCase());
  const before = (written: string) => text.slice(0, text.length - written.length);
  if (word !== undefined) {
    const names = [...jobKeys.map(({ names: [first] }) => first), ...parameters.map((parameter) => `param.${parameter}`)];
    return names.filter((candidate) => begins(candidate, word)).map((candidate) => `${before(word)}${candidate}${candidate === 'age' ? '<' : '='}`).slice(0, mostOffered); // prettier-ignore
  }
  const key = jobKeyNamed(name ?? '');
  if (key === undefined) return [];
  const values = key.type === 'status' ? jobStatuses : key.type === 'age' ? ['1h', '1d', '7d', '30d'] : valuesOf(key.key);
  return values.filter((candidate) => candidate !== value && begins(candidate, value)).map((candidate) => `${before(value)}${queryValue(candidate)}`).slice(0, mostOffered); // prettier-ignore
}
