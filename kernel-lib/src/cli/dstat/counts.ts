import { type Client, type Condition, countJobs, groupFields, jobKeyName, searchJobs } from '@diraclab/contract';
import { type ExitCode, exitCodes, usageError } from '../exit-codes';
import type { Format } from '../formats';
import type { Io } from '../io';
import { csvLine } from '../text/csv';
import { json, oneLine, say } from '../text/printable';
import { prettyTable } from '../text/table';
import { fieldNamed } from './query';

interface Counting {
  client: Client;
  where: readonly Condition[];
  /** Undefined: all together. */
  groupBy: string | undefined;
  format: Format;
}

/** `--count` and `--group-by`: counted in the database; what comes from a sample is said to. */
export async function printCounts({ client, where, groupBy, format }: Counting, io: Io): Promise<ExitCode> {
  if (format === 'ids') throw usageError('--ids prints jobs, and --count and --group-by show none.');
  const approximate =
    groupBy === undefined ? await printTotal(client, where, format, io) : await printGroups(client, where, groupBy, format, io);
  if (approximate)
    io.note(say`dstat: ≈ reckoned from a sample: counting takes too long. Narrow it by state, group or site for exact numbers.`);
  return exitCodes.ok;
}

async function printTotal(client: Client, where: readonly Condition[], format: Format, io: Io): Promise<boolean> {
  const { total, approximate = false } = await client(searchJobs, { body: { where: [...where], limit: 1 } }, { signal: io.signal });
  if (format === 'document' || format === 'jsonl') io.print(json({ v: 1, count: total, ...(approximate ? { approximate } : {}) }));
  else io.print(format === 'json' ? json({ Count: total }) : say`${total}`);
  return approximate;
}

async function printGroups(client: Client, where: readonly Condition[], groupBy: string, format: Format, io: Io): Promise<boolean> {
  const field = fieldNamed(groupBy, groupFields);
  const { counts, approximate = false } = await client(countJobs, { body: { groupBy: field, where: [...where] } }, { signal: io.signal });
  const name = jobKeyName(field);
  if (format === 'document') io.print(json({ v: 1, groupBy: field, counts, ...(approximate ? { approximate } : {}) }, 1));
  else if (format === 'json') io.print(json(counts.map(({ value, count }) => ({ [name]: value, Count: count }))));
  else if (format === 'jsonl') for (const one of counts) io.print(json(one));
  else if (format === 'csv')
    for (const line of [[name, 'count'], ...counts.map(({ value, count }) => [value, count])]) io.print(csvLine(line));
  else if (counts.length === 0) io.note(say`No jobs.`);
  else
    io.print(
      prettyTable(
        [
          { name: oneLine(name), align: undefined, paint: undefined },
          { name: oneLine('Count'), align: 'right', paint: undefined },
        ],
        counts.map(({ value, count }) => [value === '' ? '(none)' : value, `${approximate ? '≈' : ''}${count}`]),
      ),
    );
  return approximate;
}
