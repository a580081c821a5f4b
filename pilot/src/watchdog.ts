import { freeDiskBytes } from './free-disk.ts';
import { cpuTimeS, isRunning, wallTimeS, type JobRecord } from './job-record.ts';
import { overLimit } from './limits.ts';
import type { PayloadRunner } from './payload/index.ts';

const everyMs = 1000;

/** Measures the running payloads every second and orders those over a limit to end. */
export function startWatchdog(runner: PayloadRunner, workDirectory: string, records: () => Iterable<JobRecord>): { stop(): void } {
  const timer = setInterval(() => {
    const running = [...records()].filter(isRunning);
    if (running.length > 0) void look(running, runner, workDirectory);
  }, everyMs);
  return { stop: () => clearInterval(timer) };
}

async function look(running: readonly JobRecord[], runner: PayloadRunner, workDirectory: string): Promise<void> {
  runner.measure();
  const free = await freeDiskBytes(workDirectory);
  for (const record of running.filter(isRunning)) {
    const { rssMB = 0 } = record.payload?.usage ?? {};
    record.maxRssMB = Math.max(record.maxRssMB ?? 0, rssMB);
    const measured = { cpuTimeS: cpuTimeS(record), wallTimeS: wallTimeS(record), rssMB, freeDiskBytes: free };
    const failure = overLimit(record.job.description, measured);
    if (failure !== undefined) record.orders.give(failure);
  }
}
