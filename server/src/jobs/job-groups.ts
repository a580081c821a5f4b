import type { GroupSummary, JobStatus } from '@diraclab/contract';
import type { Db } from '../database/port.ts';
import type { Tables } from '../database/tables.ts';
import type { Caller } from '../identity/caller.ts';
import { instant } from './job-row.ts';

/** The caller's groups that changed last, with their counts; both are kept, so this reads a few rows whatever the groups' size. */
export async function listGroups(db: Db, limit: number, caller: Caller): Promise<GroupSummary[]> {
  const newest = await ownGroups(db, caller).orderBy('last_update_ms', 'desc').limit(limit).execute();
  return withCounts(db, newest, caller);
}

/** One group, however old; undefined when the caller has none of this name. */
export async function readGroup(db: Db, jobGroup: string, caller: Caller): Promise<GroupSummary | undefined> {
  const [group] = await withCounts(db, await ownGroups(db, caller).where('job_group', '=', jobGroup).execute(), caller);
  return group;
}

function ownGroups(db: Db, caller: Caller) {
  return db
    .selectFrom('job_groups')
    .selectAll()
    .where('vo', '=', caller.vo)
    .where('owner_group', '=', caller.ownerGroup)
    .where('owner', '=', caller.owner);
}

async function withCounts(db: Db, groups: readonly Tables['job_groups'][], caller: Caller): Promise<GroupSummary[]> {
  if (groups.length === 0) return [];
  const counts = await db
    .selectFrom('group_counts')
    .select(['job_group', 'status', 'n'])
    .where('vo', '=', caller.vo)
    .where('owner_group', '=', caller.ownerGroup)
    .where('owner', '=', caller.owner)
    .where(
      'job_group',
      'in',
      groups.map(({ job_group }) => job_group),
    )
    .where('n', '>', 0)
    .where('status', '!=', 'Deleted')
    .execute();
  return groups.flatMap((group) => {
    const own = counts.filter(({ job_group }) => job_group === group.job_group);
    const total = own.reduce((sum, { n }) => sum + n, 0);
    if (total === 0) return [];
    return {
      jobGroup: group.job_group,
      total,
      counts: Object.fromEntries(own.map(({ status, n }) => [status, n])) as Partial<Record<JobStatus, number>>,
      firstJobId: group.first_job_id,
      lastUpdateTime: instant(group.last_update_ms),
    };
  });
}
