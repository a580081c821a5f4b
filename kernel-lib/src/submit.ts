import { submitJobs, type Client, type SubmissionBody, type Submitted } from '@diraclab/contract';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ServerUnreachable } from './connection';
import { readInputs, uploadInputs, type LocalFile } from './inputs';
import { jdlBody } from './jdl-spec';
import { describe, inputsOf, toSpec } from './spec';
import type { JobSpec, Parameters } from './types';

/** Pauses before a submission is sent again over a new connection: a server on this machine restarts in less than their sum. */
const retryPausesMs = [300, 1000, 3000];

export interface SubmitExtras {
  parameters?: readonly Parameters[];
  group?: string | undefined;
  key?: string | undefined;
  /** Asks what would be, uploads and submits nothing. */
  dryRun?: boolean;
}

/** Reads, hashes and uploads the inputs, then submits in one call: one job, or one for each row of parameters. */
export async function submit(call: Client, job: string | JobSpec, extras: SubmitExtras = {}): Promise<Submitted> {
  const spec = toSpec(job);
  const files = await readInputs(inputsOf(spec));
  const what = bodyOf(spec, files, extras.group);
  if (extras.dryRun !== true) await uploadInputs(call, files);
  const submission: SubmissionBody = {
    ...what,
    // Without a key of the caller's one is made for this call, so that a lost answer can be asked for again and never submits twice.
    idempotencyKey: extras.key ?? spec.key ?? randomUUID(),
    ...(extras.parameters === undefined ? {} : { parameters: [...extras.parameters] }),
    ...(spec.force === true ? { force: true } : {}),
    ...(extras.dryRun === true ? { dryRun: true } : {}),
  };
  for (const pauseMs of retryPausesMs) {
    try {
      return await call(submitJobs, { body: submission });
    } catch (error) {
      if (!(error instanceof ServerUnreachable)) throw error;
      await pause(pauseMs);
    }
  }
  return call(submitJobs, { body: submission });
}

function bodyOf(spec: JobSpec, files: readonly LocalFile[], group: string | undefined): SubmissionBody {
  const { jdl } = spec;
  if (jdl !== undefined) return jdlBody({ ...spec, jdl }, files, group);
  const inputSandbox = files.map((local) => local.file);
  return { description: describe(spec, inputSandbox, group) };
}
