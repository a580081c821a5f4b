import { ContractError, parseTime } from '@diraclab/contract';
import type { UsageQuery, UsageReport } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { reachOf } from '../identity/policies.ts';
import { instant } from '../jobs/job-row.ts';
import { readLargestKeys, readOldestRecord, readUsage } from './read-usage.ts';
import type { UsageFilter } from './read-usage.ts';
import { chooseSpan, drawReport, othersKey } from './report.ts';
import { dayS } from './spread.ts';

const defaultMost = 12;
const defaultLengthMs = 7 * dayS * 1000;
/** From DIRAC's first year; a typed wrong century is a mistake, not two million buckets. */
const earliestMs = Date.UTC(2003, 0, 1);

/** A report over what the caller may see: the own use, or a whole VO's for who administers its jobs. */
export async function reportUsage(database: Database, query: UsageQuery, caller: Caller): Promise<UsageReport> {
  const nowMs = await database.nowMs();
  const toMs = timeOf('to', query.to) ?? nowMs;
  const fromMs = timeOf('from', query.from) ?? toMs - defaultLengthMs;
  if (fromMs >= toMs || fromMs < earliestMs || toMs > nowMs + dayS * 1000) {
    throw new ContractError('BadRequest', `A report cannot go from ${instant(fromMs)} to ${instant(toMs)}.`, {
      next: 'Give "from" and "to" as instants, the earlier one first, not in the future.',
    });
  }
  const span = chooseSpan(fromMs, toMs, nowMs);
  const filter: UsageFilter = {
    table: query.type === 'Job' ? 'job_usage' : 'pilot_usage',
    groupBy: query.groupBy,
    where: mayOnlySee(query, caller),
    span,
  };
  const shown = await readLargestKeys(database.read, filter, query.most ?? defaultMost);
  const rows = await readUsage(database.read, filter, shown, othersKey);
  const oldestMs = await readOldestRecord(database.read);
  return {
    plot: query.plot,
    ...drawReport(query.type === 'Job' ? query.plot : `pilot:${query.plot}`, rows, shown, span),
    from: instant(span.fromMs),
    to: instant(span.toMs),
    bucketS: span.bucketS,
    upTo: instant(Math.min(oldestMs ?? nowMs, nowMs)),
  };
}

/** Filters of the caller are narrowed, never widened: another VO's use is an empty report, like that of a VO that is not there. */
function mayOnlySee(query: UsageQuery, caller: Caller): UsageFilter['where'] {
  const reach = query.type === 'Pilot' ? 'vo' : reachOf(caller);
  const own: UsageFilter['where'] = {
    vo: [caller.vo],
    ...(reach === 'vo' ? {} : { ownerGroup: [caller.ownerGroup] }),
    ...(reach === 'own' ? { owner: [caller.owner] } : {}),
  };
  const asked: UsageFilter['where'] = query.where ?? {};
  const narrowed = { ...asked };
  for (const [key, allowed] of Object.entries(own) as [keyof typeof own, string[]][])
    narrowed[key] = asked[key] === undefined ? allowed : keepOr(asked[key].filter((value) => allowed.includes(value)));
  return narrowed;
}

/** No name has a control character: this matches nothing, where an empty list would not be SQL. */
const keepOr = (values: string[]): string[] => (values.length > 0 ? values : ['\u0001']);

function timeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseTime(text);
  if (ms === undefined)
    throw new ContractError('BadRequest', `"${name}" is "${text}", which is not a time.`, { next: 'For example 2026-11-23T10:00:00Z.' });
  return ms;
}
