import { getJobLog, type LogEntry } from '@diraclab/contract';
import { openClient } from '../../connection';
import type { RunOf } from '../commands';
import { chooseFormat, type Format } from '../formats';
import { requireIds } from '../ids';
import { forEachJob, settle } from '../for-each-job';
import { csvLine } from '../text/csv';
import { json, join, type Printable, say } from '../text/printable';
import { prettyTable } from '../text/table';
import { diracTime } from '../text/time';
import type { dloggingSpec } from './spec';

interface Log {
  jobId: number;
  entries: readonly LogEntry[];
}

export const dlogging: RunOf<typeof dloggingSpec> = async ({ options, args }, io) => {
  const format = chooseFormat(options);
  const ids = await requireIds('dlogging', args, io, options['input-file']);
  const client = await openClient(io.env);
  const outcome = await forEachJob(ids, io, async (jobId): Promise<Log> => {
    const { entries } = await client(getJobLog, { params: { jobId } }, { signal: io.signal });
    return { jobId, entries };
  });
  if (format === 'document') io.print(json({ v: 1, jobs: outcome.done, failed: outcome.failed }, 1));
  else if (outcome.done.length > 0) io.print(formatLogs(outcome.done, format, ids.length > 1));
  return settle('dlogging', outcome, io);
};

const columns = ['Status', 'MinorStatus', 'ApplicationStatus', 'Time', 'Source'] as const;
const rowOf = (entry: LogEntry): string[] => [
  entry.status,
  entry.minorStatus,
  entry.applicationStatus,
  diracTime(entry.time),
  entry.source,
];

/** Of one job: COMDIRAC's columns. Of several, something must say whose each line is. */
export function formatLogs(logs: readonly Log[], format: Format, several: boolean): Printable {
  if (format === 'pretty') {
    const tables = logs.map(({ jobId, entries }) => {
      const table = prettyTable(
        columns.map((name) => ({ name })),
        entries.map(rowOf),
      );
      return several ? join([say`Job ${jobId}`, table, say``], '\n') : table;
    });
    return join(tables, '\n');
  }
  const rows = logs.flatMap(({ jobId, entries }) => entries.map((entry) => ({ jobId, cells: rowOf(entry) })));
  const names = several ? ['JobID', ...columns] : columns;
  const cells = rows.map(({ jobId, cells }) => (several ? [jobId, ...cells] : cells));
  if (format === 'csv') return join([csvLine(names), ...cells.map(csvLine)], '\n');
  return json(cells.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? null]))));
}
