import type { EndReason, JobInfo, JobStatus } from './types';

/** The job is final and not Done. `reason` is one sentence, `tail` the last lines it wrote, `next` what to do now. */
export class JobFailed extends Error {
  readonly jobId: number;
  /** How it ended, for programs: the end reason, or the state when there is none. */
  readonly code: EndReason | JobStatus;
  readonly reason: string;
  readonly tail: string;
  readonly next: string;
  readonly job: JobInfo;

  constructor(job: JobInfo, tail: string) {
    const reason = reasonOf(job);
    const next = nextFor(job);
    super(`Job ${job.jobId} ${reason}${tail === '' ? '' : `\n${indent(tail)}`}\n${next}`);
    this.name = 'JobFailed';
    this.jobId = job.jobId;
    this.code = job.endReason ?? job.status;
    this.reason = reason;
    this.tail = tail;
    this.next = next;
    this.job = job;
  }
}

/** The wait ended, not the job. */
export class WaitEnded extends Error {
  readonly code: 'TimedOut' | 'Interrupted';
  readonly next: string;
  constructor(code: 'TimedOut' | 'Interrupted', what: string, waitS: number) {
    const next = 'Nothing was killed: the jobs go on. Wait again for as long as you like, or call kill().';
    super(`${code === 'TimedOut' ? `Waited ${Math.round(waitS)} s for ${what}` : `The wait for ${what} was interrupted`}. ${next}`);
    this.name = 'WaitEnded';
    this.code = code;
    this.next = next;
  }
}

/** Some jobs of a group have no value; `gather()` gives those that have. */
export class ValuesMissing extends Error {
  readonly errors: readonly Error[];
  readonly next = 'Use gather(): it gives the values there are, and the rest with their parameters.';
  constructor(group: string, missing: number, total: number, errors: readonly Error[]) {
    super(`${missing} of ${total} jobs of ${group} have no value. First: ${errors[0]?.message ?? 'still running when the time was up'}`);
    this.name = 'ValuesMissing';
    this.errors = errors;
  }
}

function reasonOf(job: JobInfo): string {
  const how = job.endReason === 'exit' && job.exitCode !== null ? `exit code ${job.exitCode}` : detailed(job);
  const where = job.site === 'ANY' ? '' : ` at ${job.site}`;
  return `${job.status === 'Failed' ? 'failed' : `is ${job.status}`}${where}: ${how || 'no reason was given'}.`;
}

/** DIRAC's minor status names the kind only ("Uploading Output Sandbox"); what it was this time stands in the application status. */
function detailed({ minorStatus, applicationStatus }: JobInfo): string {
  return ['', 'Unknown'].includes(applicationStatus) ? minorStatus : `${minorStatus}: ${applicationStatus}`;
}

function nextFor(job: JobInfo): string {
  if (job.status === 'Deleted') return 'Submit it again if you need it.';
  return `Look at (await dirac.open(${job.jobId})).log() or run "dlogging ${job.jobId}"; reschedule() tries again.`;
}

function indent(text: string): string {
  return text.split('\n').map((line) => `  | ${line}`).join('\n'); // prettier-ignore
}
