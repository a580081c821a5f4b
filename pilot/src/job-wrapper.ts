import { constants } from 'node:fs';
import { join } from 'node:path';
import { jobDefaults, pilotStopped, type SandboxFile } from '@diraclab/contract';
import { bringOutputs } from './bring-outputs.ts';
import { makeJobDirectory, openInside } from './job-directory.ts';
import { JobFailure, onDisk } from './job-failure.ts';
import { fetchProxy, removeProxy } from './job-proxy.ts';
import { nodeParameters } from './node-parameters.ts';
import { cpuTimeS, say, wallTimeS, type JobRecord } from './job-record.ts';
import { messageOf, type Log } from './log.ts';
import { outcomeOfFailure, outcomeOfOrder, withOutputs, type Outcome } from './outcome.ts';
import { openTail } from './output-tail.ts';
import { environmentOf, type PayloadRunner } from './payload/index.ts';
import { runSteps } from './run-steps.ts';
import type { ServerLink } from './server-link.ts';
import { stageIn } from './stage.ts';

export interface WrapperNeeds {
  readonly link: ServerLink;
  readonly runner: PayloadRunner;
  readonly nodeEnvironment: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** A status was added. */
  changed(): void;
}

/** One job from its match to its final report: stage in, run, stage out. */
export async function wrapJob(record: JobRecord, needs: WrapperNeeds): Promise<void> {
  const { orders, job } = record;
  const tell: Tell = (status) => {
    say(record, status);
    needs.changed();
  };
  try {
    tell({ status: 'Running', minorStatus: 'Job Initialization', parameters: nodeParameters() });
    const ended = await prepareAndRun(record, needs, tell);
    if (orders.current === 'drop') return;
    if (orders.current === 'stop') return tell({ status: 'Rescheduled', minorStatus: pilotStopped });
    tell({ status: 'Completing', minorStatus: 'Uploading Output Sandbox' });
    const brought = await bringOutputs(needs.link, job, record.directory, orders.dropped);
    tell(finalStatus(record, withOutputs(ended, brought), brought.outputs));
  } catch (error) {
    if (orders.current === 'drop') return;
    needs.log.error('wrapper', { jobId: job.jobId, attempt: job.attempt, detail: messageOf(error) });
    // Not the job's fault as far as we know: before its start another node may do better, afterwards it must not run twice.
    const outcome = new JobFailure('exit', 'Exception During Execution', messageOf(error), { cause: error });
    if (record.startedMs === undefined)
      tell({ status: 'Rescheduled', minorStatus: outcome.minorStatus, applicationStatus: outcome.message });
    else tell(finalStatus(record, outcomeOfFailure(outcome), []));
  }
}

type Tell = (status: Parameters<typeof say>[1]) => void;

async function prepareAndRun(record: JobRecord, needs: WrapperNeeds, tell: Tell): Promise<Outcome> {
  const { job, orders, directory, gpus } = record;
  let outcome: Outcome | undefined;
  try {
    await prepareDirectory(record);
    const { inputSandbox = [], environment = {} } = job.description;
    if (inputSandbox.length > 0) {
      tell({ status: 'Running', minorStatus: 'Downloading InputSandbox' });
      await stageIn(needs.link, job.jobId, inputSandbox, directory, orders.halted);
    }
    const proxyFile = job.description.proxy === true ? await fetchProxy(needs.link, job.jobId, directory, orders.halted) : undefined;
    tell({ status: 'Running', minorStatus: 'Application' });
    record.startedMs = performance.now();
    const facts = { ...job, directory, given: environment, gpus, proxyFile };
    outcome = await runSteps(record, needs.runner, environmentOf(facts, needs.nodeEnvironment));
  } catch (error) {
    if (error instanceof JobFailure) outcome = outcomeOfFailure(error);
    else if (orders.current === undefined) throw error;
  } finally {
    if (record.startedMs !== undefined) record.endedMs = performance.now();
    await removeProxy(directory);
  }
  const { current } = orders;
  if (current !== undefined && current !== 'stop' && current !== 'drop') return outcomeOfOrder(current);
  return outcome ?? outcomeOfOrder('kill');
}

/** Standard output and error are there from the beginning: they always come back, were they empty. */
async function prepareDirectory(record: JobRecord): Promise<void> {
  const { directory, job } = record;
  const { stdOutput = jobDefaults.stdOutput, stdError = jobDefaults.stdError } = job.description;
  await onDisk('Job Wrapper Initialization', directory, () => makeJobDirectory(directory));
  for (const path of new Set([stdOutput, stdError])) {
    const file = await onDisk('Job Wrapper Initialization', path, () => openInside(directory, path, constants.O_EXCL));
    await file.close();
  }
  record.tails = [await openTail('stdout', join(directory, stdOutput)), await openTail('stderr', join(directory, stdError))];
}

function finalStatus(record: JobRecord, outcome: Outcome, outputs: SandboxFile[]): Parameters<typeof say>[1] {
  return {
    status: outcome.status,
    minorStatus: outcome.minorStatus,
    ...(outcome.details.length === 0 ? {} : { applicationStatus: outcome.details.join('; ') }),
    end: {
      reason: outcome.reason,
      exitCode: outcome.exitCode,
      cpuTimeUsedS: cpuTimeS(record),
      wallTimeUsedS: wallTimeS(record),
      maxRssMB: record.maxRssMB,
      outputs,
    },
  };
}
