import type { Transaction } from 'kysely';
import type { ColumnsOf, Rows } from './kysely-parts.ts';
import { connectionOf } from './kysely-parts.ts';

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
  if (rows.length > 0) await connectionOf(tx, (connection) => connection.bulk({ act: 'insert', table, keys: [], columns, rows }));
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
  if (rows.length > 0) await connectionOf(tx, (connection) => connection.bulk({ act: 'update', table, keys, columns, rows }));
}
