import { reportJobs, type JobReportAnswer } from '@diraclab/contract';
import { backoffMs } from './backoff.ts';
import { buildMessage } from './job-report.ts';
import { keyOf, type JobRecord } from './job-record.ts';
import type { Log } from './log.ts';
import { pause } from './retry.ts';
import type { ServerLink } from './server-link.ts';
import { acknowledge, isSettled, replaceLast } from './status-queue.ts';

export interface Reporter {
  add(record: JobRecord): void;
  /** Something is to be said; what comes within 5 ms goes along. */
  changed(): void;
  /** Settles when the server has the last word on this attempt, or wants none. */
  settled(record: JobRecord): Promise<void>;
  /** Says what is left together with "this pilot ends", and gives up after `withinMs`. */
  end(withinMs: number): Promise<void>;
}

const quietMs = 10_000;
const coalesceMs = 5;
/** How often the output of running jobs is looked at. */
const outputEveryMs = 1000;
/** Before the server has said how often it wants to hear. */
const firstReportMs = 5000;

/** Speaks for all jobs, one message at a time: so statuses arrive in order, and what was not acknowledged is said again. */
export function startReporter(link: ServerLink, log: Log, onStop: () => void): Reporter {
  const records = new Map<string, { record: JobRecord; settled: PromiseWithResolvers<void>; refusals: number }>();
  const finished = Promise.withResolvers<void>();
  let isEnding = false;
  let dueMs = performance.now() + firstReportMs;
  let sleep = new AbortController();
  let knownLosses = 0;

  function due(inMs: number): void {
    dueMs = Math.min(dueMs, performance.now() + inMs);
    sleep.abort();
  }

  async function loop(): Promise<void> {
    for (let failures = 0; ;) {
      while (performance.now() < dueMs) {
        sleep = new AbortController();
        await pause(Math.min(dueMs - performance.now(), 60_000), sleep.signal);
      }
      dueMs = Infinity;
      try {
        const isLast = isEnding;
        const nextReportMs = await send(isLast);
        failures = 0;
        if (isLast) return finished.resolve();
        due(nextReportMs);
      } catch {
        // The link has logged it.
        failures += 1;
        await pause(backoffMs(failures, Math.random()));
        due(0);
      }
    }
  }

  async function send(isLast: boolean): Promise<number> {
    if (link.losses > knownLosses) forgetWhatServerHas();
    const { jobs, isPartial } = await buildMessage([...records.values()].map(({ record }) => record));
    const body = { jobs, ...(isLast ? { ending: true } : {}) };
    const answer = await link.ask(quietMs, undefined, (client, { signal }) => client(reportJobs, { body }, { signal }));
    for (const jobAnswer of answer.jobs) take(jobAnswer);
    if (answer.stop) onStop();
    return isPartial ? 0 : Math.max(answer.nextReportMs, coalesceMs);
  }

  /** Output is offered from the beginning again: a server that still has it says so, and one that was restarted has no hole before the rest. */
  function forgetWhatServerHas(): void {
    knownLosses = link.losses;
    for (const { record } of records.values()) for (const tail of record.tails) tail.serverEnd = 0;
  }

  function take(answer: JobReportAnswer): void {
    const entry = records.get(keyOf(answer));
    if (entry === undefined) return;
    const { record } = entry;
    record.statuses = acknowledge(record.statuses, answer.sequence);
    for (const tail of record.tails) tail.serverEnd = answer.outputEnd[tail.stream];
    if (answer.command === 'Kill') record.orders.give('kill');
    if (answer.outcome === 'refused') refused(entry, answer);
    if (answer.outcome === 'stale') {
      log.warn('stale', { jobId: answer.jobId, attempt: answer.attempt, detail: answer.detail });
      record.orders.give('drop');
    }
    if (isSettled(record.statuses) || record.orders.current === 'drop') forget(record);
  }

  /** A final report the server does not take is said once more without its outputs; refused again, the attempt is given up. */
  function refused(entry: { record: JobRecord; refusals: number }, { jobId, attempt, detail }: JobReportAnswer): void {
    const { record } = entry;
    entry.refusals += 1;
    log.error('refused', { jobId, attempt, detail });
    if (entry.refusals > 1 || !record.statuses.closed) return record.orders.give('drop');
    record.statuses = replaceLast(record.statuses, ({ end, ...status }) => ({
      ...status,
      status: 'Failed',
      minorStatus: 'Uploading Output Sandbox',
      ...(end === undefined ? {} : { end: { ...end, reason: 'uploadFailed', outputs: [] } }),
    }));
    due(0);
  }

  function forget(record: JobRecord): void {
    const entry = records.get(keyOf(record.job));
    records.delete(keyOf(record.job));
    for (const tail of record.tails) void tail.close();
    record.tails = [];
    entry?.settled.resolve();
  }

  async function lookForOutput(): Promise<void> {
    for (const { record } of records.values()) {
      for (const tail of record.tails) if (await tail.grew()) return due(0);
    }
  }

  const timer = setInterval(() => void lookForOutput().catch(() => undefined), outputEveryMs);
  void loop();

  return {
    add(record) {
      records.set(keyOf(record.job), { record, settled: Promise.withResolvers(), refusals: 0 });
    },
    changed: () => due(coalesceMs),
    settled: (record) => records.get(keyOf(record.job))?.settled.promise ?? Promise.resolve(),
    async end(withinMs) {
      isEnding = true;
      due(0);
      const timeUp = new AbortController();
      await Promise.race([finished.promise, pause(withinMs, timeUp.signal)]);
      timeUp.abort();
      clearInterval(timer);
    },
  };
}
