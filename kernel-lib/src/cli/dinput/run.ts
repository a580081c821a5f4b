import { type Client, getInputFile, getJob, getJobJdl, type JobDetails } from '@diraclab/contract';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openClient } from '../../connection';
import type { RunOf } from '../commands';
import { CliError, exitCodes } from '../exit-codes';
import { forEachJob, settle } from '../for-each-job';
import { idsOrGroups } from '../group-ids';
import type { Io } from '../io';

import { saveAsDirectory } from '../save-sandbox';
import { json, say } from '../text/printable';
import type { dinputSpec } from './spec';

export const dinput: RunOf<typeof dinputSpec> = async ({ options, args }, io) => {
  const client = await openClient(io.env);
  const ids = await idsOrGroups('dinput', { args, files: options['input-file'], groups: options.JobGroup }, client, io);
  const wantsFiles = options.Sandbox === true || !options.JDL;

  const outcome = await forEachJob(ids, io, async (jobId) => {
    const directory = join(options.OutputDir ?? '.', `InputSandbox${jobId}`);
    const target = resolve(io.cwd, directory);
    const jdl = join(target, `${jobId}.jdl`);
    if (await exists(wantsFiles ? target : jdl)) return { jobId, directory, already: true };
    if (wantsFiles) await saveInput(client, await client(getJob, { params: { jobId } }, { signal: io.signal }), target, io);
    if (options.JDL) {
      const { jdl: text } = await client(getJobJdl, { params: { jobId } }, { signal: io.signal });
      await mkdir(target, { recursive: true });
      await writeFile(jdl, text, { flag: 'wx' });
    }
    return { jobId, directory, already: false };
  });

  if (options.json) io.print(json({ v: 1, jobs: outcome.done, failed: outcome.failed }, 1));
  else {
    for (const { jobId, directory, already } of outcome.done) {
      if (already) io.print(say`Input for job ${jobId} already retrieved, remove the output directory to redownload`);
      else if (options.verbose) io.print(say`${jobId}: ${wantsFiles ? 'InputSandbox' : 'JDL'} ${directory}`);
    }
  }
  return settle('dinput', outcome, io);
};

async function saveInput(client: Client, job: JobDetails, directory: string, io: Io): Promise<void> {
  const { jobId, description } = job;
  const files = description.inputSandbox ?? [];
  if (files.length === 0) throw new CliError(exitCodes.notFound, `it was sent without files. dinput -j ${jobId} gives its JDL.`);
  const { signal } = io;
  const fetch = async (path: string) => (await client.download(getInputFile, { params: { jobId }, query: { path } }, { signal })).stream();
  await saveAsDirectory({ name: `input of job ${jobId}`, files, fetch }, directory, signal);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
