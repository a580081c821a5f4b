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

export function unnestStatement({ act, table, keys, columns }: Bulk, types: ReadonlyMap<string, string>): string {
  const all = [...keys, ...columns];
  const arrays = all.map((column, at) => {
    const type = types.get(column);
    if (type === undefined) throw new Error(`Table ${table} has no column ${column}.`);
    return `$${at + 1}::${type}[]`;
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
