import type { JobStatus } from '@diraclab/contract';
import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';
import { kindOf } from '../database/port.ts';
import type { Tables } from '../database/tables.ts';
import type { JobDraft } from './job-draft.ts';
import type { JobRow } from './job-row.ts';
import { isActive } from './job-state-machine.ts';

export interface CountDelta {
  row: Pick<JobRow, 'vo' | 'owner_group' | 'owner' | 'job_group' | 'job_id' | 'site'>;
  status: JobStatus;
  n: number;
}

export interface RunningDelta {
  row: Pick<JobRow, 'site' | 'vo' | 'owner_group' | 'owner' | 'job_type'>;
  n: number;
}

export function countDeltas(drafts: readonly JobDraft[]): CountDelta[] {
  return drafts.flatMap(({ before, row }) =>
    before.status === row.status && before.site === row.site
      ? []
      : [
          { row: before, status: before.status, n: -1 },
          { row, status: row.status, n: 1 },
        ],
  );
}

/** Jobs that pilots hold, where they hold them. */
export function runningDeltas(drafts: readonly JobDraft[]): RunningDelta[] {
  return drafts.flatMap(({ before, row }) => {
    const [was, is] = [isActive(before.status), isActive(row.status)];
    if (was === is && (!is || before.site === row.site)) return [];
    return [...(was ? [{ row: before, n: -1 }] : []), ...(is ? [{ row, n: 1 }] : [])];
  });
}

interface Counters {
  status: (Counted & { status: JobStatus; n: number })[];
  group: (Counted & { job_group: string; status: JobStatus; n: number })[];
  site: (Counted & { site: string; status: JobStatus; n: number })[];
  groups: (Counted & { job_group: string; first_job_id: number })[];
  running: (RunningDelta['row'] & { n: number })[];
}

/**
 * Adds to the counters, summed first and in key order, so that two transactions lock them in the same order. One statement on PostgreSQL, one
 * a table on SQLite, however many groups: 16 claims from 16 groups were 50 statements, one after the other.
 */
export async function addToCounts(tx: Tx, deltas: readonly CountDelta[], running: readonly RunningDelta[], nowMs: number): Promise<void> {
  if (deltas.length === 0 && running.length === 0) return;
  const counters = sumUp(deltas, running);
  await (kindOf<Tables>(tx) === 'postgres' ? addAtOnce(tx, counters, nowMs) : addByTable(tx, counters, nowMs));
}

type Counted = Pick<JobRow, 'vo' | 'owner_group' | 'owner'>;

function sumUp(deltas: readonly CountDelta[], running: readonly RunningDelta[]): Counters {
  const byStatus = new Map<string, Counters['status'][number]>();
  const byGroup = new Map<string, Counters['group'][number]>();
  const bySite = new Map<string, Counters['site'][number]>();
  const groups = new Map<string, Counters['groups'][number]>();
  const atSites = new Map<string, Counters['running'][number]>();
  for (const { row, status, n } of deltas) {
    const owner = { vo: row.vo, owner_group: row.owner_group, owner: row.owner };
    const { job_group, job_id, site } = row;
    kept(byStatus, [owner, status], { ...owner, status, n: 0 }).n += n;
    kept(byGroup, [owner, job_group, status], { ...owner, job_group, status, n: 0 }).n += n;
    kept(bySite, [owner, site, status], { ...owner, site, status, n: 0 }).n += n;
    const group = kept(groups, [owner, job_group], { ...owner, job_group, first_job_id: job_id });
    group.first_job_id = Math.min(group.first_job_id, job_id);
  }
  for (const { row, n } of running) {
    const { site, vo, owner_group, owner, job_type } = row;
    kept(atSites, [site, vo, owner_group, owner, job_type], { site, vo, owner_group, owner, job_type, n: 0 }).n += n;
  }
  return {
    status: changing(byStatus),
    group: changing(byGroup),
    site: changing(bySite),
    groups: inOrder(groups),
    running: changing(atSites),
  };
}

function kept<T>(sums: Map<string, T>, key: unknown[], first: T): T {
  const name = JSON.stringify(key);
  const found = sums.get(name) ?? first;
  sums.set(name, found);
  return found;
}

function inOrder<T>(sums: Map<string, T>): T[] {
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

function changing<T extends { n: number }>(sums: Map<string, T>): T[] {
  return inOrder(sums).filter(({ n }) => n !== 0);
}

/** The values of one column, for `unnest`. */
const column = <T, K extends keyof T>(rows: readonly T[], name: K): T[K][] => rows.map((row) => row[name]);

async function addAtOnce(tx: Tx, { status: s, group: g, site: t, groups: o, running: r }: Counters, nowMs: number): Promise<void> {
  await sql`
    with s as (insert into status_counts (vo, owner_group, owner, status, n)
      select * from unnest(${column(s, 'vo')}::text[], ${column(s, 'owner_group')}::text[], ${column(s, 'owner')}::text[],
        ${column(s, 'status')}::text[], ${column(s, 'n')}::bigint[])
      on conflict (vo, owner_group, owner, status) do update set n = status_counts.n + excluded.n),
    g as (insert into group_counts (vo, owner_group, owner, job_group, status, n)
      select * from unnest(${column(g, 'vo')}::text[], ${column(g, 'owner_group')}::text[], ${column(g, 'owner')}::text[],
        ${column(g, 'job_group')}::text[], ${column(g, 'status')}::text[], ${column(g, 'n')}::bigint[])
      on conflict (vo, owner_group, owner, job_group, status) do update set n = group_counts.n + excluded.n),
    t as (insert into site_counts (vo, owner_group, owner, site, status, n)
      select * from unnest(${column(t, 'vo')}::text[], ${column(t, 'owner_group')}::text[], ${column(t, 'owner')}::text[],
        ${column(t, 'site')}::text[], ${column(t, 'status')}::text[], ${column(t, 'n')}::bigint[])
      on conflict (vo, owner_group, owner, site, status) do update set n = site_counts.n + excluded.n),
    o as (insert into job_groups (vo, owner_group, owner, job_group, first_job_id, last_update_ms)
      select *, ${nowMs}::bigint from unnest(${column(o, 'vo')}::text[], ${column(o, 'owner_group')}::text[], ${column(o, 'owner')}::text[],
        ${column(o, 'job_group')}::text[], ${column(o, 'first_job_id')}::bigint[])
      on conflict (vo, owner_group, owner, job_group) do update set last_update_ms = excluded.last_update_ms),
    r as (insert into running_counts (site, vo, owner_group, owner, job_type, n)
      select * from unnest(${column(r, 'site')}::text[], ${column(r, 'vo')}::text[], ${column(r, 'owner_group')}::text[],
        ${column(r, 'owner')}::text[], ${column(r, 'job_type')}::text[], ${column(r, 'n')}::bigint[])
      on conflict (site, vo, owner_group, owner, job_type) do update set n = running_counts.n + excluded.n)
    select 1`.execute(tx);
}

async function addByTable(tx: Tx, { status, group, site, groups, running }: Counters, nowMs: number): Promise<void> {
  for (const rows of slices(status)) {
    const insert = tx.insertInto('status_counts').values(rows);
    await insert.onConflict((c) => c.columns(['vo', 'owner_group', 'owner', 'status']).doUpdateSet((eb) => ({ n: eb('status_counts.n', '+', eb.ref('excluded.n')) }))).execute(); // prettier-ignore
  }
  for (const rows of slices(group)) {
    const insert = tx.insertInto('group_counts').values(rows);
    await insert.onConflict((c) => c.columns(['vo', 'owner_group', 'owner', 'job_group', 'status']).doUpdateSet((eb) => ({ n: eb('group_counts.n', '+', eb.ref('excluded.n')) }))).execute(); // prettier-ignore
  }
  for (const rows of slices(site)) {
    const insert = tx.insertInto('site_counts').values(rows);
    await insert.onConflict((c) => c.columns(['vo', 'owner_group', 'owner', 'site', 'status']).doUpdateSet((eb) => ({ n: eb('site_counts.n', '+', eb.ref('excluded.n')) }))).execute(); // prettier-ignore
  }
  for (const rows of slices(groups)) {
    const insert = tx.insertInto('job_groups').values(rows.map((row) => ({ ...row, last_update_ms: nowMs })));
    await insert.onConflict((c) => c.columns(['vo', 'owner_group', 'owner', 'job_group']).doUpdateSet({ last_update_ms: nowMs })).execute();
  }
  for (const rows of slices(running)) {
    const insert = tx.insertInto('running_counts').values(rows);
    await insert.onConflict((c) => c.columns(['site', 'vo', 'owner_group', 'owner', 'job_type']).doUpdateSet((eb) => ({ n: eb('running_counts.n', '+', eb.ref('excluded.n')) }))).execute(); // prettier-ignore
  }
}

/** The databases bind at most 32,766 values a statement. */
const rowsAStatement = 1000;

function slices<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / rowsAStatement) }, (_, i) =>
    rows.slice(i * rowsAStatement, (i + 1) * rowsAStatement),
  );
}
