import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { MatchedJob } from '@diraclab/contract';
import type { Settings } from './arguments.ts';
import { freeDiskBytes } from './free-disk.ts';
import { removeJobDirectory } from './job-directory.ts';
import { bellLoop } from './bell-loop.ts';
import { createGpuPool } from './gpus.ts';
import { createJobRecord, keyOf, type JobRecord } from './job-record.ts';
import { wrapJob } from './job-wrapper.ts';
import { minFreeDiskBytes } from './limits.ts';
import { messageOf, type Log } from './log.ts';
import { matchLoop } from './match-loop.ts';
import { nodeFacts, offerOf } from './offer.ts';
import type { Order } from './orders.ts';
import { createProcessRunner, findGpus } from './payload/index.ts';
import { startReporter } from './reporter.ts';
import { aborted, pause } from './retry.ts';
import { createServerLink } from './server-link.ts';
import { timeLeftS } from './time-left.ts';
import { startWatchdog } from './watchdog.ts';

export interface PilotNeeds {
  readonly token: string;
  readonly log: Log;
  readonly nodeEnvironment: Readonly<Record<string, string | undefined>>;
  /** Fires when the pilot itself is told to end. */
  readonly stop: AbortSignal;
}

/** After TERM to the payloads (2 s until KILL) for outputs on their way, and for the last report: together below 5 s. */
const stopWithinMs = 2800;
const lastReportWithinMs = 1500;

/** Offer, match, run, report, until told to end, or the time is over, or the server is gone. Gives the exit code. */
export async function runPilot(settings: Settings, { token, log, nodeEnvironment, stop }: PilotNeeds): Promise<0 | 1> {
  const startedMs = performance.now();
  const workDirectory = resolve(settings.workDirectory);
  await mkdir(workDirectory, { recursive: true, mode: 0o700 });
  const jobs = new Map<string, { record: JobRecord; over: Promise<void> }>();
  const leaving = new AbortController();
  /** Beyond finishing what runs: `stop` and `drop` end the payloads. */
  const cut = Promise.withResolvers<void>();
  let ending: Extract<Order, 'stop' | 'drop'> | undefined;
  const gpus = createGpuPool(await findGpus(nodeEnvironment));
  const used = { slots: 0, ramMB: 0 };
  let hadDisk = true;
  let freed = Promise.withResolvers<void>();
  let busy = Promise.withResolvers<void>();

  function end(how: 'stop' | 'drop', why: string): void {
    if (ending === 'drop' || ending === how) return;
    ending = how;
    log.info('ending', { detail: why, payloads: jobs.size });
    for (const { record } of jobs.values()) record.orders.give(how);
    leaving.abort();
    cut.resolve();
  }

  const link = createServerLink({ where: settings.where, token, graceMs: settings.graceMs, log, onGone: (why) => end('drop', why) });
  const reporter = startReporter(link, log, () => end('stop', 'the server says so'));
  const runner = createProcessRunner(randomBytes(8).toString('hex'), log);
  const watchdog = startWatchdog(runner, workDirectory, () => [...jobs.values()].map(({ record }) => record));
  stop.addEventListener('abort', () => end('stop', 'told by a signal'), { once: true });
  if (stop.aborted) end('stop', 'told by a signal');

  function start(job: MatchedJob): void {
    const key = keyOf(job);
    if (jobs.has(key)) return log.warn('matched-again', { jobId: job.jobId, attempt: job.attempt });
    const record = createJobRecord(job, join(workDirectory, key), gpus.take(job.description.numberOfGpus ?? 0));
    if (ending !== undefined) record.orders.give(ending);
    reporter.add(record);
    jobs.set(key, { record, over: run(record) });
    busy.resolve();
  }

  async function run(record: JobRecord): Promise<void> {
    const { jobId, attempt, description, processors } = record.job;
    const ramMB = description.minRamMB ?? 0;
    used.slots += processors;
    used.ramMB += ramMB;
    log.info('job-started', { jobId, attempt });
    try {
      await wrapJob(record, { link, runner, nodeEnvironment, log, changed: reporter.changed });
    } finally {
      used.slots -= processors;
      used.ramMB -= ramMB;
      gpus.release(record.gpus);
      freed.resolve();
      freed = Promise.withResolvers();
    }
    await Promise.race([reporter.settled(record), aborted(record.orders.dropped)]);
    await removeJobDirectory(record.directory).catch((error: unknown) =>
      log.warn('not-removed', { jobId, attempt, detail: messageOf(error) }),
    );
    jobs.delete(keyOf(record.job));
    if (jobs.size === 0) busy = Promise.withResolvers();
    log.info('job-over', {
      jobId,
      attempt,
      order: record.orders.current instanceof Error ? record.orders.current.reason : record.orders.current,
    });
  }

  const cpuTimeLeftS = () => timeLeftS(settings.lifetimeS, performance.now() - startedMs);
  /** On a full disk every job would fail at once, and the next, and the next: better they wait, or run elsewhere. */
  async function hasDisk(): Promise<boolean> {
    const free = await freeDiskBytes(workDirectory);
    const isEnough = free === undefined || free >= minFreeDiskBytes;
    if (isEnough !== hadDisk) log.warn(isEnough ? 'disk-has-space' : 'disk-full', { freeBytes: free });
    hadDisk = isEnough;
    return isEnough;
  }

  const holding = () => [...jobs.values()].map(({ record: { job } }) => ({ jobId: job.jobId, attempt: job.attempt }));
  const facts = nodeFacts();
  log.info('pilot-started', {
    host: facts.host,
    platform: facts.platform,
    slots: settings.slots,
    gpus: gpus.free.length,
    pid: process.pid,
  });
  void bellLoop({ link, leaving: leaving.signal, busy: () => busy.promise, onRing: reporter.changed });
  const why = await matchLoop({
    link,
    leaving: leaving.signal,
    offer: async () => ((await hasDisk()) ? offerOf(facts, settings.slots, used, cpuTimeLeftS(), holding(), gpus.free) : undefined),
    isOver: () => cpuTimeLeftS() < 1,
    freed: () => freed.promise,
    start,
  });
  if (why !== 'left') log.info('draining', { why, payloads: jobs.size });
  const allOver = () => Promise.all([...jobs.values()].map(({ over }) => over));
  await Promise.race([allOver(), cut.promise]);
  if (ending !== undefined) await Promise.race([allOver(), pause(stopWithinMs)]);
  if (ending !== 'drop') await reporter.end(lastReportWithinMs);
  await Promise.all([...jobs.values()].map(({ record }) => removeJobDirectory(record.directory).catch(() => undefined)));
  watchdog.stop();
  runner.close();
  return ending === 'drop' ? 1 : 0;
}
