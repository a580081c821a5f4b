import type { Client, Condition, JobStatus } from '@diraclab/contract';
import { readIds, requireIds } from './ids';
import type { Io } from './io';
import { named, selectJobs } from './select-jobs';
import { say } from './text/printable';
import { midnightBefore } from './text/time';

/** How far back `-g` looks, as in COMDIRAC. */
const groupDays = 30;

export interface Wanted {
  args: readonly string[];
  files: readonly string[] | undefined;
  groups: readonly string[] | undefined;
  /** Of the jobs of groups; undefined: any. */
  statuses?: readonly JobStatus[];
}

/** Ids given, and those of the groups given. */
export async function idsOrGroups(command: string, { args, files, groups, statuses }: Wanted, client: Client, io: Io): Promise<number[]> {
  if (groups === undefined) return requireIds(command, args, io, files);
  const ids = new Set(await readIds(args, io, files));
  for (const group of groups) {
    const before = ids.size;
    const where: Condition[] = [
      named('jobGroup', group),
      { field: 'lastUpdateTime', operator: 'gte', values: [midnightBefore(io.now(), groupDays)] },
    ];
    if (statuses !== undefined) where.push({ field: 'status', operator: 'in', values: [...statuses] });
    for await (const page of selectJobs(client, where, io.signal)) for (const { jobId } of page) ids.add(jobId);
    if (ids.size === before)
      io.note(
        say`${command}: no ${statuses === undefined ? '' : `${statuses.join(' or ')} `}jobs of group ${group} in the last ${groupDays} days.`,
      );
  }
  return [...ids];
}
