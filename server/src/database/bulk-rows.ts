import type { Transaction } from 'kysely';
import type { Bulk, ColumnsOf, Rows } from './kysely-parts.ts';
import { connectionOf } from './kysely-parts.ts';
import type { Tables } from './tables.ts';

/**
 * Many rows by one statement prepared once: row by row in SQLite's thread, `unnest` on PostgreSQL; in slices of 1,000.
 * Every row holds one value a column; `undefined` is null.
 */
export async function insertRows<DB, T extends keyof DB & string>(
  tx: Transaction<DB>,
  table: T,
  columns: ColumnsOf<DB, T>,
  rows: Rows,
): Promise<void> {
  if (rows.length > 0) await connectionOf(tx, (connection) => connection.bulk([{ act: 'insert', table, keys: [], columns, rows }]));
}

/**
 * Sets `columns` of the rows found by `keys`, the same way as {@link insertRows}. Every row holds the keys' values, then the columns'; no key
 * twice, because PostgreSQL would take either. Rows that do not exist are passed over.
 */
export async function updateRows<DB, T extends keyof DB & string>(
  tx: Transaction<DB>,
  table: T,
  keys: ColumnsOf<DB, T>,
  columns: ColumnsOf<DB, T>,
  rows: Rows,
): Promise<void> {
  if (rows.length > 0) await connectionOf(tx, (connection) => connection.bulk([{ act: 'update', table, keys, columns, rows }]));
}

type Table = keyof Tables & string;

export const inserting = <T extends Table>(table: T, columns: ColumnsOf<Tables, T>, rows: Rows): Bulk => ({
  act: 'insert', table, keys: [], columns, rows,
}); // prettier-ignore

export const updating = <T extends Table>(table: T, keys: ColumnsOf<Tables, T>, columns: ColumnsOf<Tables, T>, rows: Rows): Bulk => ({
  act: 'update', table, keys, columns, rows,
}); // prettier-ignore

/**
 * Several of {@link insertRows} and {@link updateRows} in one round trip, where they are not too long. None must rely on what another of them
 * writes: on PostgreSQL all see the tables as they were.
 */
export async function writeTogether(tx: Transaction<Tables>, bulks: readonly Bulk[]): Promise<void> {
  const filled = bulks.filter(({ rows }) => rows.length > 0);
  if (filled.length > 0) await connectionOf<Tables, void>(tx, (connection) => connection.bulk(filled));
}
