import type { Job, JobStatus, LogEntry, Why } from '@diraclab/contract';
import { isFinal, stateLooks } from '../ui/states';
import { duration } from '../ui/times';

export interface Phase {
  status: JobStatus;
  minorStatus: string;
  attempt: number;
  since: string;
  /** Undefined for the phase that lasts. */
  untilMs: number | undefined;
}

/** The log's entries as phases of a life: entries that change only minor words belong to the phase they are in. */
export function phases(entries: readonly LogEntry[]): Phase[] {
  const found: Phase[] = [];
  for (const { status, minorStatus, attempt, time } of entries) {
    const last = found.at(-1);
    if (!(status in stateLooks)) continue;
    if (last !== undefined && last.status === status && last.attempt === attempt) {
      last.minorStatus = minorStatus;
      continue;
    }
    if (last !== undefined) last.untilMs = Date.parse(time);
    found.push({ status: status as JobStatus, minorStatus, attempt, since: time, untilMs: undefined });
  }
  return found;
}

/** How long a phase took; a final state takes no time. */
export function lasted({ status, since, untilMs }: Phase, nowMs: number): string {
  if (untilMs === undefined && isFinal(status)) return '';
  return duration((untilMs ?? nowMs) - Date.parse(since));
}

/** What one wants to know first, in one sentence. */
export function headline(job: Job, why: Why | undefined, nowMs: number): string {
  const { status, minorStatus, exitCode, startExecTime, endExecTime } = job;
  const at = job.site === '' || job.site === 'ANY' ? '' : ` at ${job.site}`;
  const since = (instant: string) => duration(nowMs - Date.parse(instant));
  const took =
    startExecTime !== null && endExecTime !== null ? ` after ${duration(Date.parse(endExecTime) - Date.parse(startExecTime))}` : '';
  const again = job.attempt > 1 ? `, attempt ${job.attempt}` : '';
  switch (status) {
    case 'Waiting':
      return `Waiting for ${since(job.lastUpdateTime)}: ${why?.status === 'Waiting' ? why.headline : minorStatus}`;
    case 'Running':
      return `Running${startExecTime === null ? '' : ` for ${since(startExecTime)}`}${at}${again}: ${minorStatus}`;
    case 'Stalled':
      return `Stalled${at}: last heard of ${job.heartBeatTime === null ? 'never' : `${since(job.heartBeatTime)} ago`}. ${minorStatus}`;
    case 'Done':
    case 'Completed':
      return `${status}${took}${at}${again}: ${minorStatus}`;
    case 'Failed':
      return `Failed${took}${at}${again}: ${minorStatus}${exitCode === null ? '' : ` (exit code ${exitCode})`}`;
    default:
      return `${status}${at}${again}: ${minorStatus}`;
  }
}
