import type { Format } from '../formats';
import { csvLine } from '../text/csv';
import type { JobField, Row } from '../text/job-fields';
import { json, join, oneLine, type Printable } from '../text/printable';
import { colourStatus } from '../text/style';
import { prettyTable } from '../text/table';

export interface Look {
  format: Format;
  fields: readonly JobField[];
  /** True when the user chose the fields: then `--json` has only those. */
  chosen: boolean;
  colour: boolean;
}

/** What can be printed page by page gives a function for each page; a table needs all rows first, for its widths. */
export function pageFormatter({ format, fields, chosen }: Look): ((rows: readonly Row[], isFirst: boolean) => Printable[]) | undefined {
  if (format === 'ids') return (rows) => rows.map(({ jobId }) => oneLine(String(jobId)));
  if (format === 'jsonl') return (rows) => rows.map((row) => json(chosen ? pick(row, fields) : row));
  if (format !== 'csv') return undefined;
  return (rows, isFirst) => [
    ...(isFirst ? [csvLine(fields.map(({ name }) => name))] : []),
    ...rows.map((row) => csvLine(fields.map(({ value }) => value(row)))),
  ];
}

export function formatJobs(rows: readonly Row[], look: Look): Printable {
  const { format, fields } = look;
  if (format === 'document') return json({ v: 1, jobs: look.chosen ? rows.map((row) => pick(row, fields)) : rows, total: rows.length }, 1);
  if (format === 'json') return json(rows.map((row) => Object.fromEntries(fields.map(({ name, value }) => [name, value(row)]))));
  const formatPage = pageFormatter(look);
  if (formatPage !== undefined) return join(formatPage(rows, true), '\n');
  return jobTable(rows, fields, look.colour);
}

export function jobTable(rows: readonly Row[], fields: readonly JobField[], colour: boolean): Printable {
  return prettyTable(
    fields.map(({ name, align }) => ({ name, align, paint: colour && name === 'Status' ? colourStatus : undefined })),
    rows.map((row) => fields.map(({ value }) => String(value(row) ?? '-'))),
  );
}

function pick(row: Row, fields: readonly JobField[]): Partial<Row> {
  return Object.fromEntries(fields.map(({ api }) => [api, row[api] ?? null]));
}
