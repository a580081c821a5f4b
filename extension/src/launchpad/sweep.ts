import type { Parameters } from '@diraclab/contract';

type Value = string | number | boolean;

export interface Sweep {
  /** How many jobs; 1 without any parameter. */
  count: number;
  names: string[];
  /** Undefined without any parameter: one plain job. Made only when asked for, for it may be long. */
  rows: (atMost?: number) => Parameters[] | undefined;
}

const nameRule = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Either lines such as `seed = 1..100` and `beta = 0.1, 0.2`, which give every combination, the last name changing fastest; or a table whose
 * first line names the columns and whose other lines are one job each.
 */
export function parseSweep(text: string): Sweep | { problem: string } {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const [first] = lines;
  if (first === undefined) return { count: 1, names: [], rows: () => undefined };
  return /^\s*[^\s=,]+\s*=/.test(first) ? fromLines(lines) : fromTable(lines);
}

function fromLines(lines: readonly string[]): Sweep | { problem: string } {
  const columns: { name: string; length: number; at: (index: number) => Value }[] = [];
  for (const line of lines) {
    const [, name = '', values = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (!nameRule.test(name)) return { problem: `“${line.trim().slice(0, 60)}”: write a name, = and values, such as seed = 1..100.` };
    if (columns.some((column) => column.name === name)) return { problem: `${name} is there twice.` };
    const list = readValues(values);
    if (typeof list === 'string') return { problem: `${name}: ${list}` };
    columns.push({ name, ...list });
  }
  const count = columns.reduce((product, { length }) => product * length, 1);
  const row = (index: number): Parameters => {
    const found: [string, Value][] = [];
    let rest = index;
    for (const { name, length, at } of [...columns].reverse()) {
      found.unshift([name, at(rest % length)]);
      rest = Math.floor(rest / length);
    }
    return Object.fromEntries(found);
  };
  return {
    count,
    names: columns.map(({ name }) => name),
    rows: (atMost = count) => Array.from({ length: Math.min(atMost, count) }, (_, index) => row(index)),
  };
}

function readValues(text: string): { length: number; at: (index: number) => Value } | string {
  const [, from, to, by] = /^(-?[\d.]+)\s*\.\.\s*(-?[\d.]+)(?:\s+step\s+(-?[\d.]+))?$/.exec(text) ?? [];
  if (from !== undefined && to !== undefined) {
    const [first, last] = [Number(from), Number(to)];
    const step = by === undefined ? (last < first ? -1 : 1) : Number(by);
    if (![first, last, step].every(Number.isFinite) || step === 0 || (last - first) * step < 0)
      return `${text} is no range; write 1..10, or 0..1 step 0.1.`;
    // Steps are counted, not added up: 0..1 step 0.1 has 11 values and ends at 1. The 1e-9 forgives binary fractions.
    return { length: Math.floor((last - first) / step + 1e-9) + 1, at: (index) => Number((first + index * step).toPrecision(15)) };
  }
  const cells = splitLine(text, ',');
  if (cells.length === 1 && text === '') return 'it has no values.';
  const values = cells.map(toValue);
  return { length: values.length, at: (index) => values[index] ?? '' };
}

function fromTable(lines: readonly string[]): Sweep | { problem: string } {
  const [head = '', ...body] = lines;
  const separator = head.includes('\t') ? '\t' : ',';
  const names = splitLine(head, separator).map(({ text }) => text);
  const wrong = names.find((name, index) => !nameRule.test(name) || names.indexOf(name) !== index);
  if (wrong !== undefined)
    return {
      problem: `“${wrong.slice(0, 60)}” cannot name a parameter: letters, digits and _, each name once. Lines are written as seed = 1..100.`,
    };
  if (body.length === 0) return { problem: 'The table has no row below its names.' };
  const rows: Parameters[] = [];
  for (const [index, line] of body.entries()) {
    const cells = splitLine(line, separator);
    if (cells.length !== names.length)
      return { problem: `Row ${index + 1} of the table has ${cells.length} values; there are ${names.length} names.` };
    rows.push(Object.fromEntries(names.map((name, column) => [name, toValue(cells[column] ?? { text: '', quoted: false })])));
  }
  return { count: rows.length, names, rows: (atMost) => rows.slice(0, atMost) };
}

interface Cell {
  text: string;
  quoted: boolean;
}

/** Values may stand in double quotes, then separators belong to them and a quote is written twice. */
function splitLine(line: string, separator: string): Cell[] {
  const cells: Cell[] = [];
  const pattern = new RegExp(`\\s*(?:"((?:[^"]|"")*)"|([^${separator}]*))\\s*(?:${separator}|$)`, 'gy');
  for (let end = false; !end;) {
    const match = pattern.exec(line);
    if (match === null) return [{ text: line, quoted: false }];
    cells.push(
      match[1] === undefined ? { text: (match[2] ?? '').trim(), quoted: false } : { text: match[1].replaceAll('""', '"'), quoted: true },
    );
    end = !match[0].endsWith(separator) || pattern.lastIndex > line.length;
  }
  return cells;
}

function toValue({ text, quoted }: Cell): Value {
  if (quoted) return text;
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && !/^-?0\d/.test(text) ? Number(text) : text;
}

/** A table that is read back as the same rows. */
export function toTable(rows: readonly Parameters[]): string {
  const names = Object.keys(rows[0] ?? {});
  if (names.length === 0) return '';
  const cell = (value: Value | undefined) => (typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value));
  return [names.join(','), ...rows.map((row) => names.map((name) => cell(row[name])).join(','))].join('\n');
}
