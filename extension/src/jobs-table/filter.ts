import { jobKeyName, jobKeyNamed, jobKeys, JobQueryError, parseAge, parseJobQuery } from '@diraclab/contract';
import type { Condition, JobKey } from '@diraclab/contract';

export type Operator = Condition['operator'];
export type Field = Condition['field'];

export const filterFields: readonly Field[] = jobKeys.map(({ key }) => key);
export const fieldName = jobKeyName;

const typeOf = (field: Field): JobKey['type'] => (jobKeys.find(({ key }) => key === field) ?? jobKeyNamed(field))?.type ?? 'text';
export const isTime = (field: Field): boolean => typeOf(field) === 'time';

export const operatorWords: Readonly<Record<Operator, string>> = {
  eq: '=',
  neq: '≠',
  lt: '<',
  lte: '≤',
  gt: '>',
  gte: '≥',
  like: 'like',
  notLike: 'not like',
  in: 'is one of',
  notIn: 'is not one of',
};

/** What the builder offers for a field; texts have no order that means anything. */
export function operatorsOf(field: Field): Operator[] {
  switch (typeOf(field)) {
    case 'time':
      return ['gte', 'lt'];
    case 'age':
      return ['lt', 'gt'];
    case 'number':
      return ['eq', 'neq', 'lt', 'lte', 'gt', 'gte', 'in', 'notIn'];
    case 'text':
    case 'status':
      return ['in', 'notIn', 'like', 'notLike', 'eq', 'neq'];
  }
}

/** Where a text is wrong: letters from `at` on. */
export type Parsed = { conditions: Condition[] } | { problem: string; at?: number; length?: number };

/** What is typed into the filter, in the language of all clients: `state=Failed site=CYF* age<2d`, a number, a part of a name. */
export function parseFilter(text: string): Parsed {
  try {
    return { conditions: parseJobQuery(text) };
  } catch (error) {
    if (!(error instanceof JobQueryError)) throw error;
    const problem = error.next === undefined ? error.message : `${error.message} ${error.next}`;
    return { problem, at: error.column - 1, length: error.length };
  }
}

/** One condition from what the builder holds; several values are separated by commas, times are those of this place. */
export function toCondition(field: Field, operator: Operator, text: string): Parsed {
  const many = operator === 'in' || operator === 'notIn';
  const values = (many ? text.split(',') : [text]).map((value) => value.trim()).filter((value) => value !== '');
  if (values.length === 0) return { problem: `Write a value for ${fieldName(field)}.` };
  const type = typeOf(field);
  const checked: (string | number)[] = [];
  for (const value of values) {
    if (type === 'number' && !/^-?\d{1,15}$/.test(value)) return { problem: `${fieldName(field)} is a whole number, not “${value}”.` };
    if (type === 'age' && parseAge(value) === undefined) return { problem: `Write an age as 30m, 6h or 2d, not “${value}”.` };
    if (type === 'time' && Number.isNaN(Date.parse(value)))
      return { problem: `“${value}” is not a time; write it as 2026-11-22 or 2026-11-22T10:00.` };
    checked.push(type === 'number' ? Number(value) : type === 'time' ? new Date(value).toISOString() : value.slice(0, 1000));
  }
  return { conditions: [{ field, operator, values: checked }] };
}

/** The same condition twice says nothing new. */
export function withConditions(where: readonly Condition[], more: readonly Condition[]): Condition[] {
  const said = new Set(where.map((condition) => JSON.stringify(condition)));
  return [...where, ...more.filter((condition) => !said.has(JSON.stringify(condition)))];
}

/** A value of a facet: chosen values of a field are alternatives; a chosen one is given up again. */
export function toggleValue(where: readonly Condition[], field: Field, value: string, exclude = false): Condition[] {
  const operator = exclude ? 'notIn' : 'in';
  const old = where.find((condition) => condition.field === field && condition.operator === operator);
  const others = where.filter((condition) => condition !== old);
  const values = old?.values ?? [];
  const next = values.includes(value) ? values.filter((candidate) => candidate !== value) : [...values, value];
  return next.length === 0 ? others : [...others, { field, operator, values: next }];
}

/** Values that a facet has chosen. */
export function chosenValues(where: readonly Condition[], field: Field): Set<string> {
  return new Set(
    where.flatMap((condition) =>
      condition.field === field && ['in', 'eq'].includes(condition.operator) ? condition.values.map(String) : [],
    ),
  );
}

export function inWords({ field, operator, values }: Condition): string {
  const shown = values.slice(0, 5).map((value) => (isTime(field) ? new Date(value).toLocaleString() : String(value)));
  const rest = values.length > 5 ? ` and ${values.length - 5} more` : '';
  const word = values.length === 1 && operator === 'in' ? '=' : values.length === 1 && operator === 'notIn' ? '≠' : operatorWords[operator];
  return `${fieldName(field)} ${word} ${shown.join(', ')}${rest}`;
}
