import { ContractError, parseTime } from '@diraclab/contract';
import type { Operator, SearchField } from '@diraclab/contract';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { JobsTable } from '../database/tables.ts';

/** The only way from a field's name to a column: names that reach SQL come from here, values are bound. */
export const columns = {
  jobId: 'job_id',
  jobName: 'job_name',
  jobGroup: 'job_group',
  jobType: 'job_type',
  owner: 'owner',
  ownerGroup: 'owner_group',
  vo: 'vo',
  endUser: 'end_user',
  site: 'site',
  status: 'status',
  minorStatus: 'minor_status',
  applicationStatus: 'application_status',
  priority: 'priority',
  submissionTime: 'submission_ms',
  lastUpdateTime: 'last_update_ms',
  startExecTime: 'start_exec_ms',
  endExecTime: 'end_exec_ms',
  endReason: 'end_reason',
  exitCode: 'exit_code',
  rescheduleCounter: 'reschedule_counter',
} as const satisfies Record<SearchField, keyof JobsTable>;

const times: readonly SearchField[] = ['submissionTime', 'lastUpdateTime', 'startExecTime', 'endExecTime'];
const numbers: readonly SearchField[] = ['jobId', 'priority', 'exitCode', 'rescheduleCounter'];
const mayBeNull: readonly SearchField[] = ['startExecTime', 'endExecTime', 'exitCode', 'endReason'];

export const isTime = (field: SearchField): boolean => times.includes(field);
export const isText = (field: SearchField): boolean => !isTime(field) && !numbers.includes(field);

export const columnOf = (field: SearchField): RawBuilder<string | number> => sql.ref<string | number>(columns[field]);

/** What is sorted by: a value that is not there yet is 0 or empty, so that a cursor can name it. In the very words of the index. */
export function sortKey(field: SearchField): RawBuilder<string | number> {
  if (!mayBeNull.includes(field)) return columnOf(field);
  return isText(field) ? sql`coalesce(${columnOf(field)}, '')` : sql`coalesce(${columnOf(field)}, 0)`;
}

/** The same of a row that was read. */
export const sortValue = (field: SearchField, row: Record<string, unknown>): string | number =>
  (row[columns[field]] as string | number | null) ?? (isText(field) ? '' : 0);

/** A value as its column has it; what it cannot be is refused with the value named. */
export function toValue(field: SearchField, value: string | number, operator: Operator): string | number {
  if (operator === 'like' || operator === 'notLike') {
    if (!isText(field)) throw new ContractError('BadRequest', `${field} cannot be compared with "${operator}".`);
    return String(value);
  }
  if (isTime(field)) {
    const ms = typeof value === 'number' ? value : parseTime(value);
    if (ms !== undefined && Number.isSafeInteger(ms)) return ms;
    throw new ContractError('BadRequest', `"${value}" is not a time for ${field}.`, {
      next: 'Write it as 2026-11-22T10:00:00Z, or in whole milliseconds since 1970.',
    });
  }
  if (isText(field)) return String(value);
  const number = typeof value === 'number' ? value : /^\s*-?\d+\s*$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new ContractError('BadRequest', `"${value}" is not a whole number for ${field}.`);
  return number;
}
