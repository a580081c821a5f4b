import type { Operator } from '@diraclab/contract';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Db } from '../database/port.ts';
import { kindOf } from '../database/port.ts';

export type Bool = RawBuilder<boolean>;

export function compare(db: Db, column: RawBuilder<unknown>, operator: Operator, values: readonly (string | number)[]): Bool {
  const [first] = values;
  switch (operator) {
    case 'eq':
      return sql`${column} = ${first}`;
    case 'neq':
      return sql`${column} <> ${first}`;
    case 'lt':
      return sql`${column} < ${first}`;
    case 'lte':
      return sql`${column} <= ${first}`;
    case 'gt':
      return sql`${column} > ${first}`;
    case 'gte':
      return sql`${column} >= ${first}`;
    case 'in':
      return values.length === 1 ? sql`${column} = ${first}` : sql`${column} in (${sql.join(values)})`;
    case 'notIn':
      return values.length === 1 ? sql`${column} <> ${first}` : sql`${column} not in (${sql.join(values)})`;
    case 'like':
      return sql`(${sql.join(
        values.map((value) => like(db, column, String(value))),
        sql` or `,
      )})`;
    case 'notLike':
      return sql`not (${sql.join(
        values.map((value) => like(db, column, String(value))),
        sql` or `,
      )})`;
  }
}

/** Without regard to the case of A to Z, as SQLite has it; `lower` of the C collation knows no other letters. */
function like(db: Db, column: RawBuilder<unknown>, text: string): Bool {
  const pattern = toLike(text);
  if (kindOf(db) === 'sqlite') return sql`${column} like ${pattern} escape '\\'`;
  const lower = pattern.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return sql`lower(${column} collate "C") like ${lower} escape '\\'`;
}

/** `*` and `?` are the wildcards; SQL's own are taken literally. */
function toLike(pattern: string): string {
  return pattern
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_');
}
