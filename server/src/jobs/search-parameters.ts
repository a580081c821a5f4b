import { ContractError } from '@diraclab/contract';
import type { Condition } from '@diraclab/contract';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Db } from '../database/port.ts';
import { kindOf } from '../database/port.ts';
import { compare } from './search-compare.ts';
import type { Bool } from './search-compare.ts';

/** Each reads the JSON of every row that is left. */
const mostValues = 100;

/**
 * A condition on a parameter of swept jobs, which lies in a row's JSON and has no index: it narrows what others have narrowed. Numbers are
 * compared as numbers (`param.beta>0.5`), all else as text. Jobs without the parameter are never meant.
 */
export function parameterCondition(db: Db, name: string, { field, operator, values }: Condition): Bool {
  if (values.length > mostValues)
    throw new ContractError('BadRequest', `${field} takes at most ${mostValues} values, not ${values.length}.`);
  const { text, number } = partsOf(db, name);
  switch (operator) {
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return compare(db, number, operator, [finite(field, values[0])]);
    case 'eq':
    case 'in':
      return sql`(${sql.join(
        values.map((value) => equals(text, number, value)),
        sql` or `,
      )})`;
    case 'neq':
    case 'notIn':
      return sql`(${text} is not null and not (${sql.join(
        values.map((value) => equals(text, number, value)),
        sql` or `,
      )}))`;
    case 'like':
      return compare(db, text, operator, values);
    case 'notLike':
      return sql`(${text} is not null and ${compare(db, text, operator, values)})`;
  }
}

/** Null where it is not of that kind. `name` is bound: a JSON path is text that the database reads. */
function partsOf(db: Db, name: string): { text: RawBuilder<unknown>; number: RawBuilder<unknown> } {
  if (kindOf(db) === 'postgres') {
    const value = sql`(parameters::jsonb -> ${name}::text)`;
    return {
      text: sql`(${value} #>> '{}')`,
      number: sql`(case when jsonb_typeof(${value}) = 'number' then (${value} #>> '{}')::double precision end)`,
    };
  }
  const path = `$."${name}"`;
  const type = sql`json_type(parameters, ${path})`;
  const value = sql`json_extract(parameters, ${path})`;
  return {
    text: sql`(case when ${type} in ('true', 'false') then ${type} else cast(${value} as text) end)`,
    number: sql`(case when ${type} in ('integer', 'real') then ${value} end)`,
  };
}

function equals(text: RawBuilder<unknown>, number: RawBuilder<unknown>, value: string | number): Bool {
  const asNumber = typeof value === 'number' ? value : value.trim() === '' ? Number.NaN : Number(value);
  const asText = sql<boolean>`coalesce(${text} = ${String(value)}, false)`;
  return Number.isFinite(asNumber) ? sql`(${asText} or coalesce(${number} = ${asNumber}, false))` : asText;
}

function finite(field: string, value: string | number | undefined): number {
  const number = typeof value === 'number' ? value : (value ?? '').trim() === '' ? Number.NaN : Number(value);
  if (Number.isFinite(number)) return number;
  throw new ContractError('BadRequest', `"${value}" is not a number for ${field}.`, {
    next: 'With < and > parameters are compared as numbers.',
  });
}
