import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { jobDefaults, stepsOf, type Step } from '@diraclab/contract';
import { freeDiskBytes } from './free-disk.ts';
import { openInside } from './job-directory.ts';
import { diskFullMinorStatus, JobFailure, onDisk } from './job-failure.ts';
import { keyOf, type JobRecord } from './job-record.ts';
import { minFreeDiskBytes } from './limits.ts';
import { messageOf } from './log.ts';
import { killGraceMs } from './orders.ts';
import { done, outcomeOfEnd, type Outcome } from './outcome.ts';
import { findProgram, type Payload, type PayloadEnd, type PayloadRunner } from './payload/index.ts';

/** Runs the steps in order, up to the first that fails. */
export async function runSteps(record: JobRecord, runner: PayloadRunner, environment: Record<string, string>): Promise<Outcome> {
  const steps = stepsOf(record.job.description);
  for (const [index, step] of steps.entries()) {
    const end = await runStep(record, step, runner, environment);
    if (end.exitCode === 0 || record.orders.current !== undefined) continue;
    const free = await freeDiskBytes(record.directory);
    if (free !== undefined && free < minFreeDiskBytes) {
      throw new JobFailure(
        'diskFull',
        diskFullMinorStatus,
        `${step.executable} failed and only ${free} bytes are left on the disk of this node`,
      );
    }
    return outcomeOfEnd(end, { number: index + 1, of: steps.length, executable: step.executable });
  }
  return done;
}

async function runStep(record: JobRecord, step: Step, runner: PayloadRunner, environment: Record<string, string>): Promise<PayloadEnd> {
  const { directory, orders, job } = record;
  if (orders.current !== undefined) return { exitCode: null, signal: null };
  const program = await findProgram(step.executable, directory, environment['PATH'] ?? '');
  const { stdOutput = jobDefaults.stdOutput, stdError = jobDefaults.stdError } = job.description;
  // DIRAC's log file holds both streams of its step.
  const stdout = await openLog(directory, step.logFile ?? stdOutput);
  const stderr = await openLog(directory, step.logFile ?? stdError);
  try {
    const payload = await start(runner, step, {
      program,
      arguments: step.arguments ?? [],
      directory,
      environment,
      stdout: stdout.fd,
      stderr: stderr.fd,
      jobMark: keyOf(job),
    });
    return await follow(record, payload);
  } finally {
    await stdout.close();
    await stderr.close();
  }
}

const openLog = (directory: string, path: string): Promise<FileHandle> =>
  onDisk('Application thread failed', path, () => openInside(directory, path, constants.O_APPEND));

async function start(runner: PayloadRunner, step: Step, request: Parameters<PayloadRunner['start']>[0]): Promise<Payload> {
  try {
    return await runner.start(request);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      throw new JobFailure('notFound', 'Application not found', `${step.executable} names an interpreter that is not on this node`, {
        exitCode: 127,
        cause,
      });
    }
    throw new JobFailure('exit', 'Application thread failed', `${step.executable} could not be started: ${messageOf(cause)}`, {
      exitCode: 126,
      cause,
    });
  }
}

/** Waits for the payload; any order ends it, and a later, harder order ends it sooner. */
async function follow(record: JobRecord, payload: Payload): Promise<PayloadEnd> {
  const { halted, dropped } = record.orders;
  const terminate = () => payload.terminate(killGraceMs(record.orders.current));
  record.payload = payload;
  for (const signal of [halted, dropped]) signal.addEventListener('abort', terminate, { once: true });
  if (halted.aborted) terminate();
  try {
    return await payload.ended;
  } finally {
    for (const signal of [halted, dropped]) signal.removeEventListener('abort', terminate);
    record.cpuTimeBeforeS += payload.usage.cpuTimeS;
    record.payload = undefined;
  }
}
