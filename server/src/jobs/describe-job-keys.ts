import { groupFields, jobKeys, jobStatuses, operatorsOfType, parameterKey, searchFields } from '@diraclab/contract';
import type { DescribedKey, JobKey } from '@diraclab/contract';
import { sql } from 'kysely';
import type { Db } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { allOf, scope } from './search-conditions.ts';

/** What jobs may be asked for; the parameters are those of the newest sweep, or of the group's. */
export async function describeJobKeys(db: Db, jobGroup: string | undefined, caller: Caller): Promise<DescribedKey[]> {
  const names = await parameterNames(db, jobGroup, caller);
  return [...jobKeys, ...names.map(parameterKey)].map(describe);
}

function describe({ key, names, type, unit, description }: JobKey): DescribedKey {
  return {
    key,
    names: [...names],
    type,
    ...(unit === undefined ? {} : { unit }),
    operators: [...operatorsOfType[type]],
    description,
    sortable: (searchFields as readonly string[]).includes(key),
    groupable: (groupFields as readonly string[]).includes(key),
    ...(type === 'status' ? { values: [...jobStatuses] } : {}),
  };
}

/** By the caller's newest groups, which are few to read; the first job of a sweep has the parameters of all. */
async function parameterNames(db: Db, jobGroup: string | undefined, caller: Caller): Promise<string[]> {
  const named = jobGroup === undefined ? [] : [sql<boolean>`job_group = ${jobGroup}`];
  const { rows } = await sql<{ parameters: string }>`select parameters from jobs where job_id in
    (select first_job_id from job_groups where ${allOf([...scope(caller), ...named])} order by last_update_ms desc limit 20)
    and parameters is not null order by job_id desc limit 1`.execute(db);
  return rows.flatMap(({ parameters }) => Object.keys(JSON.parse(parameters) as object)).slice(0, 100);
}
