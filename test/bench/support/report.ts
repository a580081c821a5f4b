import type { Result } from './rounds.ts';
import { spreadOf } from './statistics.ts';

/** A table for people; the last line is for programs: medians, and null where nothing raw is like it. */
export function report(bench: string, results: readonly Result[], write: (line: string) => void = console.log): void {
  const lines = [['', 'unit', 'ours', 'raw', 'ours / raw']];
  for (const { what, unit, ours, raw, ratios } of results) lines.push([what, unit, shown(ours), shown(raw), shown(ratios)]);
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  write(`\n${bench}: median [min .. max]; a ratio above 1 means that ours is better`);
  for (const line of lines) write(`  ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
  const rows = results.map(({ what, unit, ours, raw, ratios }) => ({
    what,
    ours: median(ours),
    raw: median(raw),
    ratio: median(ratios),
    unit,
  }));
  write(JSON.stringify({ bench, rows }));
}

function shown(values: readonly number[]): string {
  if (values.length === 0) return '';
  const { median, min, max } = spreadOf(values);
  return `${rounded(median)} [${rounded(min)} .. ${rounded(max)}]`;
}

const median = (values: readonly number[]): number | null => (values.length === 0 ? null : rounded(spreadOf(values).median));

/** Three digits say all that such a measurement knows. */
const rounded = (value: number): number => (value >= 1000 ? Math.round(value) : Number(value.toPrecision(3)));
