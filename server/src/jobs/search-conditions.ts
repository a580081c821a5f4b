import { ContractError, parseAge } from '@diraclab/contract';
import type { Condition, Operator, SearchField } from '@diraclab/contract';
import { sql } from 'kysely';
import type { Db } from '../database/port.ts';
import { kindOf } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { reachOf } from '../identity/policies.ts';
import { columnOf, toValue } from './search-columns.ts';
import { compare } from './search-compare.ts';
import type { Bool } from './search-compare.ts';
import { parameterCondition } from './search-parameters.ts';

export type { Bool } from './search-compare.ts';

/** A statement holds at most 32,766 values on SQLite and 65,535 on PostgreSQL. */
const mostValues = 20_000;
/** Each costs a look at every letter of every row that is left. */
const mostPatterns = 20;
const mostWildcards = 10;
const longestPattern = 300;

/** Refuses what would cost more than any question that somebody means. */
export function checkCosts(where: readonly Condition[]): void {
  const named = where.reduce((sum, { values }) => sum + values.length, 0);
  if (named > mostValues)
    throw new ContractError('BadRequest', `The conditions name ${named} values; a search takes at most ${mostValues}.`);
  const patterns = where.flatMap(({ operator, values }) => (operator === 'like' || operator === 'notLike' ? values.map(String) : []));
  if (patterns.length > mostPatterns)
    throw new ContractError('BadRequest', `The conditions have ${patterns.length} patterns; a search takes at most ${mostPatterns}.`);
  for (const pattern of patterns) {
    if (pattern.length > longestPattern)
      throw new ContractError('BadRequest', `A pattern of ${pattern.length} letters is too long; it has at most ${longestPattern}.`);
    if ((pattern.match(/[*?]/g)?.length ?? 0) > mostWildcards)
      throw new ContractError('BadRequest', `The pattern "${pattern}" has more than ${mostWildcards} wildcards.`);
  }
}

/** Only what the caller may see: who reads this file looks for nothing else. */
export function scope(caller: Caller): Bool[] {
  const { vo, ownerGroup, owner } = caller;
  const reach = reachOf(caller);
  const inVo = sql<boolean>`vo = ${vo}`;
  if (reach === 'vo') return [inVo];
  const inGroup = sql<boolean>`owner_group = ${ownerGroup}`;
  return reach === 'group' ? [inVo, inGroup] : [inVo, inGroup, sql<boolean>`owner = ${owner}`];
}

/** Deleted jobs are left out unless states are asked for. */
export function holds(db: Db, where: readonly Condition[]): Bool[] {
  const conditions = where.map((condition) => toSql(db, condition));
  return where.some(({ field }) => field === 'status') ? conditions : [...conditions, sql<boolean>`status <> 'Deleted'`];
}

export const allOf = (conditions: readonly Bool[]): Bool => (conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `));

function toSql(db: Db, condition: Condition): Bool {
  const { field, operator, values } = condition;
  const takesMany = ['in', 'notIn', 'like', 'notLike'].includes(operator);
  if (!takesMany && values.length !== 1)
    throw new ContractError('BadRequest', `${field} ${operator} takes one value, not ${values.length}.`);
  if (isParameter(condition)) return parameterCondition(db, condition.field.slice('param.'.length), condition);
  if (field === 'age') return ageCondition(db, operator, String(values[0]));
  const column = columnOf(field as SearchField);
  const bound = values.map((value) => toValue(field as SearchField, value, operator));
  return compare(db, column, operator, bound);
}

const isParameter = (condition: Condition): condition is Condition & { field: `param.${string}` } => condition.field.startsWith('param.');

/** Younger is submitted later. By the clock of the database: SQLite's is the clock here. */
function ageCondition(db: Db, operator: Operator, text: string): Bool {
  const ageMs = parseAge(text);
  if (ageMs === undefined) throw new ContractError('BadRequest', `"${text}" is not an age.`, { next: 'Write it as 30m, 6h or 2d.' });
  const begin =
    kindOf(db) === 'sqlite'
      ? sql`${Date.now() - ageMs}`
      : sql`(floor(extract(epoch from statement_timestamp()) * 1000)::bigint - ${ageMs}::bigint)`;
  switch (operator) {
    case 'lt':
      return sql`submission_ms > ${begin}`;
    case 'lte':
      return sql`submission_ms >= ${begin}`;
    case 'gt':
      return sql`submission_ms < ${begin}`;
    case 'gte':
      return sql`submission_ms <= ${begin}`;
    default:
      throw new ContractError('BadRequest', `age cannot be compared with "${operator}".`, { next: 'Compare it with < or >: age<2d.' });
  }
}
