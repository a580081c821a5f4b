import { insertJobRecords } from '../accounting/job-record-store.ts';
import type { Tx } from '../database/port.ts';
import { inserting, updating, writeTogether } from '../database/port.ts';
import { addToQueues } from '../task-queues/task-queue-store.ts';
import type { Use } from '../matching-policy/share-usage-store.ts';
import type { QueueDeltas } from '../task-queues/task-queue-store.ts';
import { addToCounts, countDeltas, runningDeltas } from './job-counters.ts';
import type { JobDraft } from './job-draft.ts';
import type { JobRow } from './job-row.ts';
import { isActive } from './job-state-machine.ts';

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
  /** What the jobs of each group used by it, for shares. */
  used?: readonly Use[];
  /** Sites at which fewer jobs run than before: a limit may have room again. */
  freedSites?: ReadonlySet<string>;
}

/** Writes drafts with all that hangs on them: history, attempts, counters, queues. Each job at most once a call. */
export async function applyDrafts(tx: Tx, drafts: readonly JobDraft[], nowMs: number): Promise<Applied> {
  const changed = drafts.filter(({ before, row, log }) => log.length > 0 || mutable.some((column) => before[column] !== row[column]));
  const isRare = changed.some(({ before, row }) => rarelyChanged.some((column) => before[column] !== row[column]));
  const columns = isRare ? [...mutable, ...rarelyChanged] : mutable;
  const changes = changed.map(({ row }) => [row.job_id, ...columns.map((column) => row[column])]);
  const lines = changed.flatMap(({ log }) => log).map((line) => logColumns.map((column) => line[column]));
  // An attempt that is opened again was closed before; one that is closed and replaced in the same call does not happen.
  const opened = changed.flatMap(({ openedAttempt }) => (openedAttempt === undefined ? [] : [attemptColumns.map((column) => openedAttempt[column])])); // prettier-ignore
  const closed = changed.flatMap(({ row, closedAttempt }) =>
    closedAttempt === undefined ? [] : [[row.job_id, closedAttempt.attempt, nowMs, closedAttempt.outcome]],
  );
  await writeTogether(tx, [
    updating('jobs', ['job_id'], columns, changes),
    inserting('job_log', logColumns, lines),
    inserting('attempts', attemptColumns, opened),
    updating('attempts', ['job_id', 'attempt'], ['end_ms', 'outcome'], closed),
  ]);
  await forgetOutputs(tx, changed);
  await insertJobRecords(tx, changed, nowMs);
  await addToCounts(tx, countDeltas(changed), runningDeltas(changed), nowMs);
  const applied = appliedOf(changed);
  await addToQueues(tx, applied.queueDeltas);
  return applied;
}

/** A job that is to run again has no outputs until it brings new ones: the old ones would be shown as those of whatever it comes to. */
async function forgetOutputs(tx: Tx, drafts: readonly JobDraft[]): Promise<void> {
  const jobIds = drafts.filter(({ before, row }) => row.reschedule_counter > before.reschedule_counter).map(({ row }) => row.job_id);
  // In slices: the databases bind at most 32,766 values a statement.
  for (let at = 0; at < jobIds.length; at += 1000)
    await tx
      .deleteFrom('job_outputs')
      .where('job_id', 'in', jobIds.slice(at, at + 1000))
      .execute();
}

/** What drafts that were written mean for whoever keeps jobs and queues in memory. */
export function appliedOf(drafts: readonly JobDraft[]): Applied {
  return { rows: drafts.map(({ row }) => row), queueDeltas: sumQueueDeltas(drafts), used: sumUse(drafts), freedSites: sitesFreed(drafts) };
}

function sitesFreed(drafts: readonly JobDraft[]): Set<string> {
  return new Set(drafts.flatMap(({ before, row }) => (isActive(before.status) && !isActive(row.status) ? [before.site] : [])));
}

function sumUse(drafts: readonly JobDraft[]): Use[] {
  return drafts.flatMap(({ before, row, openedAttempt }) => {
    // A new attempt counts from nothing.
    const cpuTimeS = Math.max(0, (row.cpu_time_used_s ?? 0) - (before.cpu_time_used_s ?? 0));
    const jobs = openedAttempt === undefined ? 0 : 1;
    return jobs === 0 && cpuTimeS === 0 ? [] : [{ vo: row.vo, ownerGroup: row.owner_group, jobs, cpuTimeS }];
  });
}

function sumQueueDeltas(drafts: readonly JobDraft[]): QueueDeltas {
  const deltas: QueueDeltas = new Map();
  for (const { before, row } of drafts) {
    const delta = row.queued - before.queued;
    if (delta !== 0) deltas.set(row.task_queue_id, (deltas.get(row.task_queue_id) ?? 0) + delta);
  }
  return deltas;
}
