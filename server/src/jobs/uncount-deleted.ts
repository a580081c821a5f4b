import type { Tx } from '../database/port.ts';
import { lockRows } from '../database/port.ts';
import type { Tables } from '../database/tables.ts';

export type GroupKey = Pick<Tables['job_groups'], 'vo' | 'owner_group' | 'owner' | 'job_group'>;

/** Takes deleted jobs that are being removed out of the counters, in the order in which everybody locks those. Gives the groups they were of. */
export async function uncountDeleted(tx: Tx, rows: readonly (GroupKey & { site: string })[]): Promise<GroupKey[]> {
  for (const [{ vo, owner_group, owner }, n] of summed(rows, ({ vo, owner_group, owner }) => [vo, owner_group, owner])) {
    await tx
      .updateTable('status_counts')
      .set((eb) => ({ n: eb('n', '-', n) }))
      .where('vo', '=', vo)
      .where('owner_group', '=', owner_group)
      .where('owner', '=', owner)
      .where('status', '=', 'Deleted')
      .execute();
  }
  const groups = summed(rows, ({ vo, owner_group, owner, job_group }) => [vo, owner_group, owner, job_group]);
  for (const [{ vo, owner_group, owner, job_group }, n] of groups) {
    await tx
      .updateTable('group_counts')
      .set((eb) => ({ n: eb('n', '-', n) }))
      .where('vo', '=', vo)
      .where('owner_group', '=', owner_group)
      .where('owner', '=', owner)
      .where('job_group', '=', job_group)
      .where('status', '=', 'Deleted')
      .execute();
  }
  for (const [{ vo, owner_group, owner, site }, n] of summed(rows, (row) => [row.vo, row.owner_group, row.owner, row.site])) {
    await tx
      .updateTable('site_counts')
      .set((eb) => ({ n: eb('n', '-', n) }))
      .where('vo', '=', vo)
      .where('owner_group', '=', owner_group)
      .where('owner', '=', owner)
      .where('site', '=', site)
      .where('status', '=', 'Deleted')
      .execute();
  }
  return groups.map(([group]) => group);
}

function summed<Row>(rows: readonly Row[], keyOf: (row: Row) => string[]): [Row, number][] {
  const sums = new Map<string, [Row, number]>();
  for (const row of rows) {
    const key = JSON.stringify(keyOf(row));
    sums.set(key, [row, (sums.get(key)?.[1] ?? 0) + 1]);
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

/**
 * A group whose last job is gone goes too, with its counters at zero. Locks them in the order in which a submission does (counters, then the
 * group): one that adds to this group at the same moment waits for us and makes it anew, or is waited for and seen.
 */
export async function removeGroupIfEmpty(tx: Tx, { vo, owner_group, owner, job_group }: GroupKey): Promise<void> {
  await tx
    .deleteFrom('group_counts')
    .where('vo', '=', vo)
    .where('owner_group', '=', owner_group)
    .where('owner', '=', owner)
    .where('job_group', '=', job_group)
    .where('n', '=', 0)
    .execute();
  await tx
    .selectFrom('job_groups')
    .select('job_group')
    .where('vo', '=', vo)
    .where('owner_group', '=', owner_group)
    .where('owner', '=', owner)
    .where('job_group', '=', job_group)
    .modifyEnd(lockRows(tx))
    .execute();
  await tx
    .deleteFrom('job_groups')
    .where('vo', '=', vo)
    .where('owner_group', '=', owner_group)
    .where('owner', '=', owner)
    .where('job_group', '=', job_group)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('group_counts')
            .select('n')
            .where('vo', '=', vo)
            .where('owner_group', '=', owner_group)
            .where('owner', '=', owner)
            .where('job_group', '=', job_group),
        ),
      ),
    )
    .execute();
}
