import type { JobStatus } from '@diraclab/contract';
import { insertJobRecords } from '../accounting/job-record-store.ts';
import type { Tx } from '../database/port.ts';
import { insertRows, updateRows } from '../database/port.ts';
import { addToQueues } from '../task-queues/task-queue-store.ts';
import type { QueueDeltas } from '../task-queues/task-queue-store.ts';
import type { JobDraft } from './job-draft.ts';
import type { JobRow } from './job-row.ts';

/** Columns that a rule may change; the others are written once, at submission. */
const mutable = [
  'site', 'status', 'minor_status', 'application_status', 'last_update_ms', 'start_exec_ms', 'end_exec_ms', 'heart_beat_ms',
  'reschedule_counter', 'attempt', 'pilot_id', 'report_sequence', 'log_length', 'queued', 'kill_requested_ms', 'end_reason', 'exit_code',
  'cpu_time_used_s', 'wall_time_used_s', 'max_rss_mb', 'suspended',
] as const satisfies readonly (keyof JobRow)[]; // prettier-ignore

/** Those that few rules change are written only then: each column costs every match and report. */
const rarelyChanged = [
  'priority',
  'retried',
  'killed_by',
  'binned_status',
  'binned_minor_status',
] as const satisfies readonly (keyof JobRow)[];

const logColumns = ['job_id', 'sequence', 'attempt', 'status', 'minor_status', 'application_status', 'time_ms', 'source'] as const;
const attemptColumns = ['job_id', 'attempt', 'pilot_id', 'site', 'host', 'matched_ms', 'end_ms', 'outcome'] as const;

export interface Applied {
  rows: JobRow[];
  /** For the queues kept in memory, after the commit. */
  queueDeltas: QueueDeltas;
}

/** Writes drafts with all that hangs on them: history, attempts, counters, queues. Each job at most once a call. */
export async function applyDrafts(tx: Tx, drafts: readonly JobDraft[], nowMs: number): Promise<Applied> {
  const changed = drafts.filter(({ before, row, log }) => log.length > 0 || mutable.some((column) => before[column] !== row[column]));
  const isRare = changed.some(({ before, row }) => rarelyChanged.some((column) => before[column] !== row[column]));
  const columns = isRare ? [...mutable, ...rarelyChanged] : mutable;
  await updateRows(
    tx,
    'jobs',
    ['job_id'],
    columns,
    changed.map(({ row }) => [row.job_id, ...columns.map((column) => row[column])]),
  );
  await forgetOutputs(tx, changed);
  await insertRows(
    tx,
    'job_log',
    logColumns,
    changed.flatMap(({ log }) => log).map((line) => logColumns.map((column) => line[column])),
  );
  // An attempt that is opened again was closed before; one that is closed and replaced in the same call does not happen.
  await insertRows(
    tx,
    'attempts',
    attemptColumns,
    changed.flatMap(({ openedAttempt }) => (openedAttempt === undefined ? [] : [attemptColumns.map((column) => openedAttempt[column])])),
  );
  await updateRows(
    tx,
    'attempts',
    ['job_id', 'attempt'],
    ['end_ms', 'outcome'],
    changed.flatMap(({ row, closedAttempt }) =>
      closedAttempt === undefined ? [] : [[row.job_id, closedAttempt.attempt, nowMs, closedAttempt.outcome]],
    ),
  );
  await insertJobRecords(tx, changed, nowMs);
  await addToCounts(tx, countDeltas(changed), nowMs);
  const applied = appliedOf(changed);
  await addToQueues(tx, applied.queueDeltas);
  return applied;
}

/** A job that is to run again has no outputs until it brings new ones: the old ones would be shown as those of whatever it comes to. */
async function forgetOutputs(tx: Tx, drafts: readonly JobDraft[]): Promise<void> {
  const jobIds = drafts.filter(({ before, row }) => row.reschedule_counter > before.reschedule_counter).map(({ row }) => row.job_id);
  for (const slice of slices(jobIds)) await tx.deleteFrom('job_outputs').where('job_id', 'in', slice).execute();
}

/** What drafts that were written mean for whoever keeps jobs and queues in memory. */
export function appliedOf(drafts: readonly JobDraft[]): Applied {
  return { rows: drafts.map(({ row }) => row), queueDeltas: sumQueueDeltas(drafts) };
}

function sumQueueDeltas(drafts: readonly JobDraft[]): QueueDeltas {
  const deltas: QueueDeltas = new Map();
  for (const { before, row } of drafts) {
    const delta = row.queued - before.queued;
    if (delta !== 0) deltas.set(row.task_queue_id, (deltas.get(row.task_queue_id) ?? 0) + delta);
  }
  return deltas;
}

interface CountDelta {
  row: Pick<JobRow, 'vo' | 'owner_group' | 'owner' | 'job_group' | 'job_id' | 'site'>;
  status: JobStatus;
  n: number;
}

function countDeltas(drafts: readonly JobDraft[]): CountDelta[] {
  return drafts.flatMap(({ before, row }) =>
    before.status === row.status && before.site === row.site
      ? []
      : [
          { row: before, status: before.status, n: -1 },
          { row, status: row.status, n: 1 },
        ],
  );
}

/**
 * Adds to the counters, summed first and in key order, so that two transactions lock them in the same order. One statement a table, however
 * many groups: 16 claims from 16 groups were 50 statements, one after the other.
 */
export async function addToCounts(tx: Tx, deltas: readonly CountDelta[], nowMs: number): Promise<void> {
  const byStatus = new Map<string, Counted & { status: JobStatus; n: number }>();
  const byGroup = new Map<string, Counted & { job_group: string; status: JobStatus; n: number }>();
  const bySite = new Map<string, Counted & { site: string; status: JobStatus; n: number }>();
  const groups = new Map<string, Counted & { job_group: string; first_job_id: number; last_update_ms: number }>();
  for (const { row, status, n } of deltas) {
    const owner = { vo: row.vo, owner_group: row.owner_group, owner: row.owner };
    const { job_group, job_id, site } = row;
    kept(byStatus, [owner, status], { ...owner, status, n: 0 }).n += n;
    kept(byGroup, [owner, job_group, status], { ...owner, job_group, status, n: 0 }).n += n;
    kept(bySite, [owner, site, status], { ...owner, site, status, n: 0 }).n += n;
    const group = kept(groups, [owner, job_group], { ...owner, job_group, first_job_id: job_id, last_update_ms: nowMs });
    group.first_job_id = Math.min(group.first_job_id, job_id);
  }
  for (const rows of slices(changing(byStatus))) {
    await tx
      .insertInto('status_counts')
      .values(rows)
      .onConflict((c) =>
        c.columns(['vo', 'owner_group', 'owner', 'status']).doUpdateSet((eb) => ({ n: eb('status_counts.n', '+', eb.ref('excluded.n')) })),
      )
      .execute();
  }
  for (const rows of slices(changing(byGroup))) {
    await tx
      .insertInto('group_counts')
      .values(rows)
      .onConflict((c) =>
        c
          .columns(['vo', 'owner_group', 'owner', 'job_group', 'status'])
          .doUpdateSet((eb) => ({ n: eb('group_counts.n', '+', eb.ref('excluded.n')) })),
      )
      .execute();
  }
  for (const rows of slices(changing(bySite))) {
    await tx
      .insertInto('site_counts')
      .values(rows)
      .onConflict((c) =>
        c
          .columns(['vo', 'owner_group', 'owner', 'site', 'status'])
          .doUpdateSet((eb) => ({ n: eb('site_counts.n', '+', eb.ref('excluded.n')) })),
      )
      .execute();
  }
  for (const rows of slices(inOrder(groups))) {
    await tx
      .insertInto('job_groups')
      .values(rows)
      .onConflict((c) => c.columns(['vo', 'owner_group', 'owner', 'job_group']).doUpdateSet({ last_update_ms: nowMs }))
      .execute();
  }
}

type Counted = Pick<JobRow, 'vo' | 'owner_group' | 'owner'>;

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

/** The databases bind at most 32,766 values a statement. */
const rowsAStatement = 1000;

function slices<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / rowsAStatement) }, (_, i) =>
    rows.slice(i * rowsAStatement, (i + 1) * rowsAStatement),
  );
}
