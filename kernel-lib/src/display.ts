import type { MimeBundle } from './notebook';
import type { JobInfo, JobStatus } from './types';

/** What the extension's renderer reads. It draws the snapshot at once and then follows the job by its id, with the kernel gone or not. */
export const cardMimeType = 'application/vnd.dirac.card+json';

/** No list of ids: a saved notebook must not carry a megabyte of numbers, and the group's name finds its jobs. */
export interface GroupSnapshot {
  jobGroup: string;
  total: number;
  counts: Partial<Record<JobStatus, number>>;
  firstJobId: number;
}

export type Card =
  | { v: 1; kind: 'job'; id: number; server: string; snapshot: JobInfo }
  | { v: 1; kind: 'group'; id: string; server: string; snapshot: GroupSnapshot };

export const jobCard = (server: string, job: JobInfo): Card => ({ v: 1, kind: 'job', id: job.jobId, server, snapshot: job });

export const groupCard = (server: string, snapshot: GroupSnapshot): Card => ({
  v: 1,
  kind: 'group',
  id: snapshot.jobGroup,
  server,
  snapshot,
});

/** The card in its three forms: ours, a still picture for viewers without the extension, and text. */
export function bundleOf(card: Card): MimeBundle {
  return { [cardMimeType]: card, 'text/html': htmlOf(card), 'text/plain': textOf(card) };
}

export function textOf(card: Card): string {
  if (card.kind === 'group') {
    const { jobGroup, total, counts } = card.snapshot;
    return `Group ${jobGroup}: ${total} jobs (${countsText(counts)})`;
  }
  const { jobId, jobName, status, minorStatus, lastUpdateTime } = card.snapshot;
  return `Job ${jobId}${jobName === '' ? '' : ` ${jobName}`}: ${status}${minorStatus === '' ? '' : `, ${minorStatus}`} (${asOf(lastUpdateTime)})`;
}

function htmlOf(card: Card): string {
  const rows = card.kind === 'job' ? jobRows(card.snapshot) : groupRows(card.snapshot);
  const cells = rows.map(
    ([name, value]) => `<tr><th style="text-align:left">${escape(name)}</th><td style="text-align:left">${escape(value)}</td></tr>`,
  );
  return `<table aria-label="${escape(textOf(card))}"><tbody>${cells.join('')}</tbody></table>`;
}

function jobRows(job: JobInfo): [string, string][] {
  const rows: [string, string][] = [
    ['Job', job.jobName === '' ? String(job.jobId) : `${job.jobId} ${job.jobName}`],
    ['Status', job.minorStatus === '' ? job.status : `${job.status}: ${job.minorStatus}`],
  ];
  if (job.site !== 'ANY') rows.push(['Site', job.site]);
  if (job.exitCode !== null) rows.push(['Exit code', String(job.exitCode)]);
  rows.push(['Submitted', readable(job.submissionTime)]);
  if (job.endExecTime !== null) rows.push(['Ended', readable(job.endExecTime)]);
  else rows.push(['As of', readable(job.lastUpdateTime)]);
  return rows;
}

function groupRows({ jobGroup, total, counts }: GroupSnapshot): [string, string][] {
  return [
    ['Group', jobGroup],
    ['Jobs', String(total)],
    ['States', countsText(counts)],
  ];
}

export function countsText(counts: Partial<Record<JobStatus, number>>): string {
  const known = Object.entries(counts).filter(([, count]) => count > 0);
  return known.length === 0 ? 'none yet' : known.map(([status, count]) => `${count} ${status}`).join(', ');
}

const readable = (instant: string) => instant.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
const asOf = (instant: string) => `as of ${readable(instant)}`;

const named: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Also takes away what turns the reading direction or hides text: a job's name is somebody's free text. */
function escape(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- control characters are what it takes away
      .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => named[character] ?? '')
  );
}
