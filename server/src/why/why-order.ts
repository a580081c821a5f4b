import type { TypicalWait, WaitOrder } from '@diraclab/contract';
import type { Db } from '../database/port.ts';
import type { JobRow } from '../jobs/job-row.ts';
import type { StoredQueue } from '../task-queues/task-queue-store.ts';
import { countAhead, readStarts, sumWaiting } from './order-store.ts';
import type { Start } from './order-store.ts';
import type { Reject } from './ask-matcher.ts';
import { ask } from './ask-matcher.ts';
import type { Resource } from './resource.ts';

/** Below this a percentile says nothing. */
const fewestStarts = 5;
/** Queues and resources that are compared; a federation has some hundred of each. */
const mostCompared = 500;

/** From the waits of jobs that started, not of those that still wait: half and nine tenths of them took no longer. Pure. */
export function typicalWait(starts: readonly Start[], taskQueueId: number | undefined): TypicalWait | null {
  const waitsOf = (some: readonly Start[]) => some.flatMap(({ waitMs }) => (waitMs === null ? [] : [waitMs]));
  const own = waitsOf(starts.filter((start) => start.taskQueueId === taskQueueId));
  const [of, waits] = own.length >= fewestStarts ? (['queue', own] as const) : (['vo', waitsOf(starts)] as const);
  if (waits.length < fewestStarts) return null;
  const sorted = waits.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50Ms: at(0.5), p90Ms: at(0.9), jobs: sorted.length, of };
}

/** Where a waiting job stands. The work is bounded: by queues, never by jobs. */
export async function orderOf(
  db: Db,
  row: JobRow,
  queue: StoredQueue,
  others: Iterable<StoredQueue>,
  resources: readonly Resource[],
  reject: Reject,
  starts: readonly Start[],
): Promise<WaitOrder> {
  const wanted = ask(queue, resources, reject).fitting.slice(0, mostCompared);
  const rivals: number[] = [];
  for (const other of others) {
    if (rivals.length >= mostCompared) break;
    if (other.taskQueueId !== queue.taskQueueId && wanted.some(({ offer }) => reject(other, offer) === undefined))
      rivals.push(other.taskQueueId);
  }
  const [ahead, competing] = await Promise.all([countAhead(db, row), sumWaiting(db, rivals)]);
  return { ahead, competing, startedLastHour: starts.length, typicalWait: typicalWait(starts, queue.taskQueueId) };
}

/** Kept for a moment: a list of a thousand reasons asks once. */
export function createRecentStarts(db: Db): (vo: string, nowMs: number) => Promise<readonly Start[]> {
  const kept = new Map<string, { atMs: number; starts: Promise<readonly Start[]> }>();
  return (vo, nowMs) => {
    const known = kept.get(vo);
    if (known !== undefined && Math.abs(nowMs - known.atMs) < keptMs) return known.starts;
    const starts = readStarts(db, vo, nowMs - 3_600_000);
    starts.catch(() => kept.delete(vo));
    kept.set(vo, { atMs: nowMs, starts });
    return starts;
  };
}

const keptMs = 2_000;
