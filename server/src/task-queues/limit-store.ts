import type { SiteLimit } from '@diraclab/contract';
import type { Db, Tx } from '../database/port.ts';
import { insertRows, lockName } from '../database/port.ts';
import type { Tables } from '../database/tables.ts';
import { nameOfJobs } from './limits.ts';
import type { LimitState } from './limits.ts';

/**
 * One claim after the other at a site that has limits, whichever server makes it: what runs there is then counted with all that came before.
 * Sites in one order, so that two claims cannot wait for each other.
 */
export async function lockSites(tx: Tx, sites: Iterable<string>): Promise<void> {
  for (const site of [...sites].sort()) await lockName(tx, `site:${site}`);
}

/** How these limits stand. What runs at a site is read from its counters: a row for each owner there, none for a job. */
export async function readLimits(db: Db, limits: readonly SiteLimit[]): Promise<LimitState[]> {
  if (limits.length === 0) return [];
  const sites = [...new Set(limits.map(({ site }) => site))];
  const running = await db.selectFrom('running_counts').selectAll().where('site', 'in', sites).where('n', '>', 0).execute();
  const delays = limits.every(({ delayS }) => delayS === undefined)
    ? []
    : await db.selectFrom('matching_delays').selectAll().where('site', 'in', sites).execute();
  return limits.map((limit) => ({
    limit,
    running: running.filter((row) => row.site === limit.site && isOf(limit, row)).reduce((sum, { n }) => sum + n, 0),
    dueMs: delays.find(({ site, jobs }) => site === limit.site && jobs === nameOfJobs(limit.jobs))?.due_ms ?? 0,
  }));
}

type Counted = Omit<Tables['running_counts'], 'n'>;
const isOf = ({ jobs: { vo, ownerGroup, owner, jobType } }: SiteLimit, row: Counted): boolean =>
  (vo ?? row.vo) === row.vo &&
  (ownerGroup ?? row.owner_group) === row.owner_group &&
  (owner ?? row.owner) === row.owner &&
  (jobType ?? row.job_type) === row.job_type;

export async function saveDelays(tx: Tx, moved: readonly LimitState[]): Promise<void> {
  const rows = new Map(moved.map(({ limit, dueMs }) => [`${limit.site} ${nameOfJobs(limit.jobs)}`, [limit.site, nameOfJobs(limit.jobs), Math.round(dueMs)]])); // prettier-ignore
  for (const [site, jobs] of rows.values()) {
    await tx.deleteFrom('matching_delays').where('site', '=', String(site)).where('jobs', '=', String(jobs)).execute();
  }
  await insertRows(tx, 'matching_delays', ['site', 'jobs', 'due_ms'], [...rows.values()]);
}
