import type { JobStatus } from '@diraclab/contract';
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
  'cpu_time_used_s', 'wall_time_used_s', 'max_rss_mb',
] as const satisfies readonly (keyof JobRow)[]; // prettier-ignore

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
  await updateRows(
    tx,
    'jobs',
    ['job_id'],
    mutable,
    changed.map(({ row }) => [row.job_id, ...mutable.map((column) => row[column])]),
  );
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
  await addToCounts(tx, countDeltas(changed), nowMs);
  const applied = appliedOf(changed);
  await addToQueues(tx, applied.queueDeltas);
  return applied;
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
  row: Pick<JobRow, 'vo' | 'owner_group' | 'owner' | 'job_group' | 'job_id'>;
  status: JobStatus;
  n: number;
}

function countDeltas(drafts: readonly JobDraft[]): CountDelta[] {
  return drafts.flatMap(({ before, row }) =>
    before.status === row.status
      ? []
      : [
          { row, status: before.status, n: -1 },
          { row, status: row.status, n: 1 },
        ],
  );
}

/** Adds to the counters, summed first and in key order, so that two transactions lock them in the same order. */
export async function addToCounts(tx: Tx, deltas: readonly CountDelta[], nowMs: number): Promise<void> {
  if (deltas.length === 0) return;
  const byStatus = new Map<string, number>();
  const byGroup = new Map<string, number>();
  const groups = new Map<string, number>();
  for (const { row, status, n } of deltas) {
    const owner = [row.vo, row.owner_group, row.owner];
    add(byStatus, JSON.stringify([...owner, status]), n);
    add(byGroup, JSON.stringify([...owner, row.job_group, status]), n);
    const group = JSON.stringify([...owner, row.job_group]);
    groups.set(group, Math.min(groups.get(group) ?? row.job_id, row.job_id));
  }
  for (const [key, n] of inOrder(byStatus)) {
    const [vo, owner_group, owner, status] = JSON.parse(key) as [string, string, string, JobStatus];
    await tx
      .insertInto('status_counts')
      .values({ vo, owner_group, owner, status, n })
      .onConflict((c) => c.columns(['vo', 'owner_group', 'owner', 'status']).doUpdateSet((eb) => ({ n: eb('status_counts.n', '+', n) })))
      .execute();
  }
  for (const [key, n] of inOrder(byGroup)) {
    const [vo, owner_group, owner, job_group, status] = JSON.parse(key) as [string, string, string, string, JobStatus];
    await tx
      .insertInto('group_counts')
      .values({ vo, owner_group, owner, job_group, status, n })
      .onConflict((c) =>
        c.columns(['vo', 'owner_group', 'owner', 'job_group', 'status']).doUpdateSet((eb) => ({ n: eb('group_counts.n', '+', n) })),
      )
      .execute();
  }
  for (const [key, first_job_id] of inOrder(groups)) {
    const [vo, owner_group, owner, job_group] = JSON.parse(key) as [string, string, string, string];
    await tx
      .insertInto('job_groups')
      .values({ vo, owner_group, owner, job_group, first_job_id, last_update_ms: nowMs })
      .onConflict((c) => c.columns(['vo', 'owner_group', 'owner', 'job_group']).doUpdateSet({ last_update_ms: nowMs }))
      .execute();
  }
}

function add(sums: Map<string, number>, key: string, n: number): void {
  sums.set(key, (sums.get(key) ?? 0) + n);
}

function inOrder(sums: Map<string, number>): [string, number][] {
  return [...sums].filter(([, n]) => n !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
}
