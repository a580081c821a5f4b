import { isFinal, whyJob, type Job, type JobStatus } from '@diraclab/contract';
import { iterate } from './channel';
import { countsText } from './display';
import { reachable } from './job-output';
import { watchJobs, type Session } from './session';
import type { WaitOptions } from './types';
import { beginWait } from './wait';
import type { Waiting } from './wait-line';

/** Each job as it is now and at each change of its three statuses, until all are final. */
export function changesOf(session: Session, jobIds: readonly number[], what: string, options: WaitOptions): AsyncIterable<Job> {
  const latest = new Map<number, Job>();
  const open = new Set(jobIds);
  return iterate<Job>(
    () => beginWait(session.screen, waitingFor(session, what, jobIds, latest), options),
    (channel) => {
      if (open.size === 0) channel.finish();
      return watchJobs(
        session.live,
        jobIds,
        (job) => {
          if (!isNews(latest.get(job.jobId), job)) return;
          latest.set(job.jobId, job);
          if (isFinal(job.status)) open.delete(job.jobId);
          channel.push(job);
          if (open.size === 0) channel.finish();
        },
        (error) => channel.fail(error),
      );
    },
  );
}

/** A first state that a change has overtaken is older than what is known, and no news. */
function isNews(before: Job | undefined, now: Job): boolean {
  if (before === undefined) return true;
  if (now.lastUpdateTime < before.lastUpdateTime) return false;
  return (
    before.status !== now.status ||
    before.minorStatus !== now.minorStatus ||
    before.applicationStatus !== now.applicationStatus ||
    before.attempt !== now.attempt
  );
}

/** Says how things stand. For one job that waits the server is asked once why; for a group the counts say enough. */
function waitingFor(session: Session, what: string, jobIds: readonly number[], latest: Map<number, Job>): Waiting {
  let headline = '';
  let askedFor: JobStatus | undefined;
  const askWhy = (job: Job) => {
    if (askedFor === job.status) return;
    askedFor = job.status;
    headline = '';
    if (job.status !== 'Waiting' && job.status !== 'Stalled') return;
    session
      .client()
      .then((call) => call(whyJob, { params: { jobId: job.jobId } }))
      .then((why) => (headline = why.headline))
      .catch(() => {}); // The status alone is shown then.
  };
  return {
    what,
    state() {
      const first = latest.get(jobIds[0] ?? 0);
      if (jobIds.length !== 1) return reachable(session, countsText(countStates(latest.values())));
      if (first === undefined) return reachable(session, 'asking the server');
      askWhy(first);
      return reachable(session, headline === '' ? textOf(first) : `${first.status}. ${headline}`);
    },
  };
}

const textOf = ({ status, minorStatus }: Job) => (minorStatus === '' ? status : `${status}, ${minorStatus}`);

export function countStates(jobs: Iterable<Job>): Partial<Record<JobStatus, number>> {
  const counts: Partial<Record<JobStatus, number>> = {};
  for (const { status } of jobs) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
