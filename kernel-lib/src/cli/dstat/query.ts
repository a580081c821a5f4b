import { finalStatuses, jobStatuses, type Condition } from '@diraclab/contract';
import { usageError } from '../exit-codes';
import { named, readStatuses } from '../select-jobs';
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
export const isAboutMe = (query: DstatQuery): boolean => query.User === undefined;

/**
 * What the options ask for. With ids only the state filters, and only when it was given: COMDIRAC hides a job asked for by its id when
 * it is final, which nobody wants.
 */
export function conditionsOf(query: DstatQuery, me: string, hasIds: boolean, now: Date): Condition[] {
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
