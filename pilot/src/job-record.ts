import type { MatchedJob, StatusReport } from '@diraclab/contract';
import type { Gpu } from './gpus.ts';
import { createOrders, type Orders } from './orders.ts';
import type { OutputTail } from './output-tail.ts';
import type { Payload } from './payload/index.ts';
import { addStatus, emptyQueue, type StatusQueue } from './status-queue.ts';
import { plainText } from './text.ts';

/** All that the pilot knows of one attempt: the wrapper writes it, watchdog and reporter read it. */
export interface JobRecord {
  readonly job: MatchedJob;
  readonly directory: string;
  readonly gpus: readonly Gpu[] | undefined;
  readonly orders: Orders;
  statuses: StatusQueue;
  tails: readonly OutputTail[];
  /** The step that runs now. */
  payload: Payload | undefined;
  /** Of the steps before it. */
  cpuTimeBeforeS: number;
  /** Null until it was measured once. */
  maxRssMB: number | null;
  /** From the first step's start to the last one's end, by the monotonic clock. */
  startedMs: number | undefined;
  endedMs: number | undefined;
}

export const keyOf = ({ jobId, attempt }: { jobId: number; attempt: number }): string => `${jobId}.${attempt}`;

export function createJobRecord(job: MatchedJob, directory: string, gpus?: readonly Gpu[]): JobRecord {
  return {
    job,
    directory,
    gpus,
    orders: createOrders(),
    statuses: emptyQueue,
    tails: [],
    payload: undefined,
    cpuTimeBeforeS: 0,
    maxRssMB: null,
    startedMs: undefined,
    endedMs: undefined,
  };
}

export const isRunning = (record: JobRecord): boolean => record.startedMs !== undefined && record.endedMs === undefined;

export const cpuTimeS = (record: JobRecord): number => record.cpuTimeBeforeS + (record.payload?.usage.cpuTimeS ?? 0);

export function wallTimeS(record: JobRecord): number {
  return record.startedMs === undefined ? 0 : ((record.endedMs ?? performance.now()) - record.startedMs) / 1000;
}

/** Texts are made fit here, so that no file name or system message can have a report refused. */
export function say(record: JobRecord, status: Omit<StatusReport, 'sequence'>): void {
  const { applicationStatus } = status;
  record.statuses = addStatus(record.statuses, {
    ...status,
    minorStatus: plainText(status.minorStatus, 128),
    ...(applicationStatus === undefined ? {} : { applicationStatus: plainText(applicationStatus, 255) }),
  });
}
