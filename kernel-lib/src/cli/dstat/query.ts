import {
  finalStatuses, jobKeyName, jobKeyNamed, jobKeyNames, JobQueryError, jobStatuses, parseJobQuery, searchFields, type Condition, type JobQuery, type SearchField,
} from '@diraclab/contract'; // prettier-ignore
import { usageError } from '../exit-codes';
import { hint } from '../options/did-you-mean';
import { named, readStatuses } from '../select-jobs';
import { type Printable, say } from '../text/printable';
import { midnightBefore } from '../text/time';

export interface DstatQuery {
  User?: string;
  Status?: string;
  StatusAll?: true;
  JobGroup?: string;
  JobName?: string;
  JobDate?: string;
}

const defaultDays = 10;
const notFinal = jobStatuses.filter((status) => !finalStatuses.includes(status));

/** True when `me` (the caller's own name) is needed to build the conditions. */
export const isAboutMe = (query: DstatQuery, asked: readonly Condition[] = []): boolean =>
  query.User === undefined && !asked.some(({ field }) => field === 'owner');

/** Ids have no comparison in them, and a query has one. */
export const isQuery = (args: readonly string[]): boolean => args.some((arg) => /[=<>~]/.test(arg));

/** The query of the arguments; in one that cannot be read, the place is shown first. */
export function readQuery(args: readonly string[], note: (line: Printable) => void): Condition[] {
  const text = args.join(' ');
  try {
    return parseJobQuery(text);
  } catch (error) {
    if (!(error instanceof JobQueryError)) throw error;
    note(say`  ${text}`);
    note(say`  ${' '.repeat(error.column - 1)}${'^'.repeat(Math.min(error.length, 80))}`);
    throw usageError(error.message, error.next);
  }
}

/** `submitted`, `submitted:desc`. */
export function readSort(text: string): NonNullable<JobQuery['sort']> {
  const [, name = '', direction = 'asc'] = /^(.*?)(?::(asc|desc))?$/i.exec(text) ?? [];
  return { field: fieldNamed(name, searchFields), direction: direction.toLowerCase() as 'asc' | 'desc' };
}

/** A key by any of its names, if it is one of these. */
export function fieldNamed<Field extends SearchField>(name: string, fields: readonly Field[]): Field {
  const key = jobKeyNamed(name)?.key;
  const field = fields.find((one) => one === key);
  if (field !== undefined) return field;
  const known = jobKeyNames.filter((one) => fields.some((candidate) => candidate === jobKeyNamed(one)?.key));
  throw usageError(
    `There is no "${name}" for this.${hint(name, known)}`,
    `It is one of ${fields.map((one) => jobKeyName(one)).join(', ')}.`,
  );
}

/**
 * What the options ask for. With ids only the state filters, and only when it was given: COMDIRAC hides a job asked for by its id when
 * it is final, which nobody wants.
 */
export function conditionsOf(query: DstatQuery, me: string, hasIds: boolean, now: Date, asked: readonly Condition[] = []): Condition[] {
  if (asked.length > 0) return [...asked, ...besides(query, me, now)];
  const statuses = statusesOf(query, hasIds);
  const conditions: Condition[] = statuses === undefined ? [] : [{ field: 'status', operator: 'in', values: statuses }];
  if (query.JobGroup !== undefined) conditions.push(named('jobGroup', query.JobGroup));
  if (query.JobName !== undefined) conditions.push(named('jobName', query.JobName));
  if (hasIds && query.User === undefined && query.JobDate === undefined) return conditions;

  const owner = query.User ?? (hasIds ? '*' : me);
  if (owner !== '*' && owner.toLowerCase() !== '__all__') conditions.push({ field: 'owner', operator: 'eq', values: [owner] });
  if (!hasIds || query.JobDate !== undefined) {
    conditions.push({ field: 'lastUpdateTime', operator: 'gte', values: [midnightBefore(now, daysOf(query.JobDate))] });
  }
  return conditions;
}

/** With a query nothing is left out but others' jobs, unless options say so. */
function besides(query: DstatQuery, me: string, now: Date): Condition[] {
  const owner = query.User ?? me;
  return [
    ...conditionsOf({ ...query, User: '*' }, '', true, now),
    ...(owner === '' || owner === '*' || owner.toLowerCase() === '__all__'
      ? []
      : [{ field: 'owner', operator: 'eq', values: [owner] } as const]),
  ].map(({ field, operator, values }): Condition => ({ field, operator, values: [...values] }));
}

function statusesOf(query: DstatQuery, hasIds: boolean): string[] | undefined {
  if (query.StatusAll) return undefined;
  if (query.Status !== undefined) return readStatuses(query.Status);
  return hasIds ? undefined : notFinal;
}

function daysOf(text: string | undefined): number {
  if (text === undefined) return defaultDays;
  if (!/^\d{1,5}$/.test(text)) throw usageError(`-D takes a number of days, but got "${text}".`, 'For example -D 30.');
  return Number(text);
}
