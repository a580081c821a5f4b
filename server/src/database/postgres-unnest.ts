import type pg from 'pg';
import type { Bulk } from './kysely-parts.ts';
import { quoted } from './kysely-parts.ts';

/** Column name to type, as in `bigint`, of one table. */
export type ColumnTypes = (client: pg.ClientBase, table: string) => Promise<ReadonlyMap<string, string>>;

/** `unnest` must be told the types of its arrays; the catalogue knows them, and is asked once a table. */
export function createColumnTypes(): ColumnTypes {
  const known = new Map<string, ReadonlyMap<string, string>>();
  return async (client, table) => {
    const found = known.get(table);
    if (found !== undefined) return found;
    const { rows } = await client.query<{ name: string; type: string }>(
      `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
        where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
      [quoted(table)],
    );
    const types = new Map(rows.map(({ name, type }) => [name, type]));
    known.set(table, types);
    return types;
  };
}

/** One statement for all of them; the parameters of each follow those of the one before. */
export function unnestStatements(bulks: readonly Bulk[], types: ReadonlyMap<string, ReadonlyMap<string, string>>): string {
  let first = 1;
  const statements = bulks.map((bulk) => {
    const text = unnestStatement(bulk, types.get(bulk.table) ?? new Map(), first);
    first += bulk.keys.length + bulk.columns.length;
    return text;
  });
  const last = statements.pop() ?? '';
  return statements.length === 0 ? last : `with ${statements.map((text, i) => `w${i} as (${text})`).join(', ')} ${last}`;
}

function unnestStatement({ act, table, keys, columns }: Bulk, types: ReadonlyMap<string, string>, first: number): string {
  const all = [...keys, ...columns];
  const arrays = all.map((column, at) => {
    const type = types.get(column);
    if (type === undefined) throw new Error(`Table ${table} has no column ${column}.`);
    return `$${first + at}::${type}[]`;
  });
  const given = `unnest(${arrays.join(', ')})`;
  if (act === 'insert') return `insert into ${quoted(table)} (${columns.map(quoted).join(', ')}) select * from ${given}`;
  const from = (column: string) => `${quoted(column)} = given.${quoted(column)}`;
  const found = keys.map((key) => `${quoted(table)}.${from(key)}`).join(' and ');
  return `update ${quoted(table)} set ${columns.map(from).join(', ')} from ${given} as given(${all.map(quoted).join(', ')}) where ${found}`;
}

export function valuesByColumn(width: number, rows: readonly (readonly unknown[])[]): unknown[][] {
  return Array.from({ length: width }, (_, column) => rows.map((row) => row[column] ?? null));
}
