import { jobKeyNamed, jobKeys } from './job-keys';
import type { Condition, Operator } from './job-search';

const signs: Readonly<Record<Operator, string>> = {
  eq: '=', neq: '!=', in: '=', notIn: '!=', like: '~', notLike: '!~', lt: '<', lte: '<=', gt: '>', gte: '>=',
}; // prettier-ignore

/** Conditions as the text that {@link parseJobQuery} reads. */
export function toQueryText(where: readonly Condition[]): string {
  return where.map(conditionText).join(' ');
}

function conditionText({ field, operator, values }: Condition): string {
  const name = jobKeyName(field);
  if (operator !== 'like' && operator !== 'notLike') return `${name}${signs[operator]}${values.map(queryValue).join(',')}`;
  // Plain patterns are read as such after = already.
  const plain = values.every((value) => /^[^\s,"']*[*?][^\s,"']*$/.test(String(value)));
  const sign = plain ? (operator === 'like' ? '=' : '!=') : signs[operator];
  return `${name}${sign}${values.map((value) => valueText(value, /(?!)/)).join(',')}`;
}

/** What a key is called in texts and on the screen. */
export function jobKeyName(field: Condition['field']): string {
  return (jobKeys.find(({ key }) => key === field) ?? jobKeyNamed(field))?.names[0] ?? field;
}

/** A value as `=` takes it: in quotes where it would mean something else without. */
export const queryValue = (value: string | number): string => valueText(value, /[*?]/);

function valueText(value: string | number, special: RegExp): string {
  if (typeof value === 'number') return String(value);
  const text = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/.test(value) ? value.replace('.000Z', 'Z') : value;
  if (text !== '' && !/[\s,"'\\]/.test(text) && !text.includes('..') && !special.test(text)) return text;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
