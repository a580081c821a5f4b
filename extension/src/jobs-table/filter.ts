import type { Condition, SearchField } from '@diraclab/contract';
import { searchConditions } from '../jobs/view';

export type Operator = Condition['operator'];

/** How people say a field; the first name is what the screen shows. */
export const fieldNames: Readonly<Record<SearchField, readonly [string, ...string[]]>> = {
  status: ['state', 'status'],
  jobName: ['name'],
  jobGroup: ['group'],
  site: ['site'],
  minorStatus: ['minor status', 'minor', 'reason'],
  applicationStatus: ['application status', 'application'],
  jobId: ['id', 'job'],
  submissionTime: ['submitted'],
  startExecTime: ['started'],
  endExecTime: ['ended'],
  lastUpdateTime: ['updated'],
  jobType: ['type'],
  priority: ['priority'],
  owner: ['owner'],
  ownerGroup: ['owner group'],
  vo: ['vo'],
  endUser: ['end user', 'enduser'],
};
export const filterFields = Object.keys(fieldNames) as SearchField[];

export const operatorWords: Readonly<Record<Operator, string>> = {
  eq: '=',
  neq: '≠',
  lt: '<',
  lte: '≤',
  gt: '>',
  gte: '≥',
  like: 'like',
  in: 'is one of',
  notIn: 'is not one of',
};

export const isTime = (field: SearchField): boolean => field.endsWith('Time');
const isNumber = (field: SearchField): boolean => field === 'jobId' || field === 'priority';

/** What the server accepts for a field; texts have no order that means anything. */
export function operatorsOf(field: SearchField): Operator[] {
  if (isTime(field)) return ['gte', 'lt'];
  if (isNumber(field)) return ['eq', 'neq', 'lt', 'lte', 'gt', 'gte', 'in', 'notIn'];
  return ['in', 'notIn', 'like', 'eq', 'neq'];
}

export type Parsed = { conditions: Condition[] } | { problem: string };

/** One condition from what the builder holds; several values are separated by commas. */
export function toCondition(field: SearchField, operator: Operator, text: string): Parsed {
  const many = operator === 'in' || operator === 'notIn';
  const values = (many ? text.split(',') : [text]).map((value) => value.trim()).filter((value) => value !== '');
  if (values.length === 0) return { problem: `Write a value for ${fieldNames[field][0]}.` };
  const checked: (string | number)[] = [];
  for (const value of values) {
    if (isNumber(field) && !/^-?\d{1,15}$/.test(value)) return { problem: `${fieldNames[field][0]} is a whole number, not “${value}”.` };
    if (isTime(field) && Number.isNaN(Date.parse(value)))
      return { problem: `“${value}” is not a time; write it as 2026-11-22 or 2026-11-22T10:00.` };
    checked.push(isNumber(field) ? Number(value) : isTime(field) ? new Date(value).toISOString() : value.slice(0, 1000));
  }
  return { conditions: [{ field, operator, values: checked }] };
}

const symbols: Readonly<Record<string, Operator>> = { '=': 'eq', '!=': 'neq', '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte', '~': 'like' };
const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * What is typed into the filter: `state=Failed,Killed`, `site!=A`, `name~fit*`, `age<2d`, `submitted>=2026-11-20`; anything else is a part
 * of a name or a number. A `=` whose left side is no field belongs to the name.
 */
export function parseFilter(text: string, nowMs: number): Parsed {
  const [, said, symbol, value] = /^\s*([A-Za-z][A-Za-z ]*?)\s*(!=|<=|>=|=|<|>|~)\s*(.*)$/.exec(text) ?? [];
  if (said === undefined || symbol === undefined || value === undefined) return { conditions: searchConditions(text) };
  const operator = symbols[symbol] ?? 'eq';
  if (said.toLowerCase() === 'age') return byAge(operator, value, nowMs);
  const field = filterFields.find(
    (candidate) => candidate.toLowerCase() === said.toLowerCase() || fieldNames[candidate].includes(said.toLowerCase()),
  );
  if (field === undefined) return { conditions: searchConditions(text) };
  if (isTime(field) && !operatorsOf(field).includes(operator)) return { problem: `Times are compared with >= and <, not with ${symbol}.` };
  if (!isTime(field) && !isNumber(field) && /^[<>]/.test(symbol))
    return { problem: `${fieldNames[field][0]} is a text: use =, != or ~ with * and ?.` };
  if (isNumber(field) && operator === 'like') return { problem: `${fieldNames[field][0]} is a number: use =, < or >.` };
  if (operator === 'eq' && /[*?]/.test(value) && !isNumber(field)) return toCondition(field, 'like', value);
  if (operator === 'eq' || operator === 'neq') return toCondition(field, operator === 'eq' ? 'in' : 'notIn', value);
  return toCondition(field, operator, value);
}

/** Young is a late time of submission. The time is fixed when it is typed: the rows do not wander out of the list while one reads. */
function byAge(operator: Operator, value: string, nowMs: number): Parsed {
  const [, number, unit] = /^(\d{1,6})\s*([mhd])$/.exec(value.trim()) ?? [];
  if (number === undefined || unit === undefined) return { problem: `Write an age as 30m, 6h or 2d, not “${value}”.` };
  const time = new Date(nowMs - Number(number) * (unitMs[unit] ?? 0)).toISOString();
  const young = operator === 'lt' || operator === 'lte';
  if (!young && operator !== 'gt' && operator !== 'gte') return { problem: 'An age is compared with < or >.' };
  return { conditions: [{ field: 'submissionTime', operator: young ? 'gte' : 'lt', values: [time] }] };
}

/** The same condition twice says nothing new. */
export function withConditions(where: readonly Condition[], more: readonly Condition[]): Condition[] {
  const said = new Set(where.map((condition) => JSON.stringify(condition)));
  return [...where, ...more.filter((condition) => !said.has(JSON.stringify(condition)))];
}

/** A value of a facet: chosen values of a field are alternatives; a chosen one is given up again. */
export function toggleValue(where: readonly Condition[], field: SearchField, value: string, exclude = false): Condition[] {
  const operator = exclude ? 'notIn' : 'in';
  const old = where.find((condition) => condition.field === field && condition.operator === operator);
  const others = where.filter((condition) => condition !== old);
  const values = old?.values ?? [];
  const next = values.includes(value) ? values.filter((candidate) => candidate !== value) : [...values, value];
  return next.length === 0 ? others : [...others, { field, operator, values: next }];
}

/** Values that a facet has chosen. */
export function chosenValues(where: readonly Condition[], field: SearchField): Set<string> {
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
  return `${fieldNames[field][0]} ${word} ${shown.join(', ')}${rest}`;
}
