import { getJob, getJobLog, isFinal, submitJobs } from '@diraclab/contract';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RealServer } from '../grid/real-server.ts';
import { startRealServer } from '../grid/real-server.ts';
import { elapsedMs } from './support/drive.ts';
import { readBenchOptions } from './support/options.ts';
import { report } from './support/report.ts';
import type { Result } from './support/rounds.ts';
import { runRounds } from './support/rounds.ts';
import { medianOf } from './support/statistics.ts';

/**
 * One `/bin/true` after the other through server and local site, whose pilot is warm and waits, against starting `/bin/true` here. The end is
 * the time of `Done` in the job's history; the same history says where the time went. Nobody asks for the job while it runs.
 */
const { rounds } = readBenchOptions();
const jobsARound = 10;
const warming = 5;
/** Longer than a job takes, so that looking at it does not slow it down. */
const lookAfterMs = 250;

/** They add up to the whole. The pilot says Running and Done of so short a job in one message, so its own clock must tell how long the payload took. */
const shares = ['submit to Matched', 'payload', 'pilot before and after it, and its reports'] as const;
type Share = (typeof shares)[number];
const spent = new Map<Share, number[]>(shares.map((share) => [share, []]));

const dataDirectory = await mkdtemp(join(tmpdir(), 'diraclab-bench-'));
let server: RealServer | undefined;
try {
  server = await startRealServer(dataDirectory);
  for (let i = 0; i < warming; i++) await submitToDoneMs(server);
  for (const times of spent.values()) times.length = 0;
  const running = server;
  const total = await runRounds(
    {
      what: 'submit to Done of /bin/true',
      unit: 'ms',
      better: 'less',
      ours: { name: 'ours', measure: () => medianOfRuns(() => submitToDoneMs(running)) },
      raws: [{ name: 'spawn', measure: () => medianOfRuns(() => elapsedMs(spawnTrue)) }],
    },
    rounds,
  );
  const split = shares.map((what): Result => ({ what: `  ${what}`, unit: 'ms', ours: spent.get(what) ?? [], raw: [], ratios: [] }));
  report('submit-to-done', [...total, ...split]);
} finally {
  await server?.stop();
  await rm(dataDirectory, { recursive: true, force: true, maxRetries: 5 });
}

async function medianOfRuns(run: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < jobsARound; i++) times.push(await run());
  return medianOf(times);
}

async function submitToDoneMs({ call }: RealServer): Promise<number> {
  const startMs = Date.now();
  const { jobIds } = await call(submitJobs, { body: { description: { executable: '/bin/true' } } });
  const jobId = jobIds[0] ?? 0;
  const wallTimeMs = await untilDone(call, jobId);
  const { entries } = await call(getJobLog, { params: { jobId } });
  const timeOf = (status: string): number => {
    const entry = entries.find((line) => line.status === status);
    if (entry === undefined) throw new Error(`The history of job ${jobId} has no ${status}.`);
    return Date.parse(entry.time);
  };
  const [matched, done] = [timeOf('Matched'), timeOf('Done')];
  note('submit to Matched', matched - startMs);
  note('payload', wallTimeMs);
  note('pilot before and after it, and its reports', done - matched - wallTimeMs);
  return done - startMs;
}

async function untilDone(call: RealServer['call'], jobId: number): Promise<number> {
  for (;;) {
    await sleep(lookAfterMs);
    const job = await call(getJob, { params: { jobId } });
    if (!isFinal(job.status)) continue;
    if (job.status !== 'Done') throw new Error(`Job ${jobId} is ${job.status}: ${job.minorStatus}.`);
    return (job.wallTimeUsedS ?? 0) * 1000;
  }
}

function note(share: Share, ms: number): void {
  spent.get(share)?.push(ms);
}

function spawnTrue(): Promise<void> {
  return new Promise((resolve, reject) => {
    spawn('/bin/true', { stdio: 'ignore' })
      .once('error', reject)
      .once('exit', () => resolve());
  });
}
