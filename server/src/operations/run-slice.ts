import type { BulkOperation, JobAct } from '@diraclab/contract';
import type { Tx } from '../database/port.ts';
import { updateRows } from '../database/port.ts';
import { actOnSlice } from '../jobs/act-on-jobs.ts';
import type { Acted, SliceOutcome } from '../jobs/act-on-jobs.ts';
import { hold, kill, prioritise, release, remove, reschedule, restore } from '../jobs/job-acts.ts';
import type { Act } from '../jobs/job-acts.ts';
import { lockNextOperation, readPendingIds, updateOperation } from './operation-store.ts';
import type { OperationRow } from './operation-store.ts';
import { callerOf, selectMore } from './select-jobs.ts';

/** Jobs in one transaction, which takes some 50 ms: others' writes come in between. */
export const sliceJobs = 1000;
/** Of each reason. */
const mostExamples = 5;

export interface Slice {
  operationId: number;
  /** Undefined where jobs were only selected. */
  acted: Acted<SliceOutcome> | undefined;
}

const acts: Record<Exclude<JobAct, 'prioritise'>, Act> = { kill, reschedule, delete: remove, restore, hold, release };

/**
 * One slice of the operation whose turn it is: jobs, what became of them and how far it is change in one transaction, so that after a crash
 * it goes on exactly there. Undefined when nothing is due.
 */
export async function runSlice(tx: Tx, nowMs: number): Promise<Slice | undefined> {
  const row = await lockNextOperation(tx, nowMs);
  if (row === undefined) return undefined;
  if (row.state === 'Selecting') {
    await updateOperation(tx, { ...(await selectMore(tx, row, nowMs)), turn_ms: nowMs });
    return { operationId: row.operation_id, acted: undefined };
  }
  const jobIds = await readPendingIds(tx, row, sliceJobs);
  const does = row.act === 'prioritise' ? prioritise(row.priority ?? 0) : acts[row.act];
  const acted = await actOnSlice(tx, jobIds, { act: row.act, does }, callerOf(row), nowMs);
  await writeRefusals(tx, row.operation_id, acted.outcome.refused);
  await updateOperation(tx, advanced(row, jobIds, acted.outcome, nowMs));
  return { operationId: row.operation_id, acted };
}

async function writeRefusals(tx: Tx, operationId: number, refused: SliceOutcome['refused']): Promise<void> {
  const rows = refused.map(({ jobId, reason }) => [operationId, jobId, reason]);
  await updateRows(tx, 'operation_jobs', ['operation_id', 'job_id'], ['refusal'], rows);
}

function advanced(row: OperationRow, jobIds: readonly number[], { successful, refused }: SliceOutcome, nowMs: number): OperationRow {
  const isLast = jobIds.length < sliceJobs;
  return {
    ...row,
    state: isLast ? 'Done' : 'Running',
    end_ms: isLast ? nowMs : null,
    acted_to: jobIds.at(-1) ?? row.acted_to,
    accepted: row.accepted + successful.length,
    refused: row.refused + refused.length,
    refusals: JSON.stringify(withRefusals(JSON.parse(row.refusals) as BulkOperation['refusals'], refused)),
    turn_ms: nowMs,
  };
}

/** Grouped by reason, most common first. Pure. */
export function withRefusals(known: BulkOperation['refusals'], refused: SliceOutcome['refused']): BulkOperation['refusals'] {
  const byReason = new Map(known.map((group) => [group.reason, { ...group, jobIds: [...group.jobIds] }]));
  for (const { jobId, reason } of refused) {
    const group = byReason.get(reason) ?? { reason, count: 0, jobIds: [] };
    group.count += 1;
    if (group.jobIds.length < mostExamples) group.jobIds.push(jobId);
    byReason.set(reason, group);
  }
  return [...byReason.values()].sort((a, b) => b.count - a.count);
}
