import type { Job, SearchField } from '@diraclab/contract';
import { bothTimes, duration } from '../ui/times';

export interface Column {
  key: 'id' | 'name' | 'group' | 'state' | 'minor' | 'site' | 'submitted' | 'ended' | 'duration';
  title: string;
  /** What the database sorts by; a duration is no column of it. */
  sort: SearchField | undefined;
}

/** What people look for first comes first. */
export const columns: readonly Column[] = [
  { key: 'id', title: 'Id', sort: 'jobId' },
  { key: 'name', title: 'Name', sort: 'jobName' },
  { key: 'state', title: 'State', sort: 'status' },
  { key: 'minor', title: 'Minor status', sort: 'minorStatus' },
  { key: 'group', title: 'Group', sort: 'jobGroup' },
  { key: 'site', title: 'Site', sort: 'site' },
  { key: 'submitted', title: 'Submitted', sort: 'submissionTime' },
  { key: 'ended', title: 'Ended', sort: 'endExecTime' },
  { key: 'duration', title: 'Duration', sort: undefined },
];

/** The time of today, the day of this year, else the date: what fits into a column. The tooltip says all. */
export function shortTime(instant: string | null, now = new Date()): { text: string; title: string } {
  if (instant === null) return { text: '', title: '' };
  const date = new Date(instant);
  const isToday = date.toDateString() === now.toDateString();
  const day = date.toLocaleDateString([], date.getFullYear() === now.getFullYear() ? { month: 'short', day: 'numeric' } : {});
  return { text: isToday ? date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }) : day, title: bothTimes(instant) };
}

/** From its start to its end, or till now while it runs. */
export function ranFor({ startExecTime, endExecTime, status }: Job, nowMs: number): string {
  if (startExecTime === null) return '';
  if (endExecTime === null && status !== 'Running' && status !== 'Completing') return '';
  const endMs = endExecTime === null ? nowMs : Date.parse(endExecTime);
  return duration(endMs - Date.parse(startExecTime));
}
