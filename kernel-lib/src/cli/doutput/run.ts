import { type Client, getJob, getOutputFile, isFinal, type JobDetails } from '@diraclab/contract';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openClient } from '../../connection';
import type { RunOf } from '../commands';
import { CliError, exitCodes, usageError } from '../exit-codes';
import { forEachJob, settle } from '../for-each-job';
import { idsOrGroups } from '../group-ids';
import type { Io } from '../io';
import { saveAsDirectory, saveInto } from '../save-sandbox';
import { json, say } from '../text/printable';
import type { doutputSpec } from './spec';

export const doutput: RunOf<typeof doutputSpec> = async ({ options, args }, io) => {
  if (options.Data && !options.Sandbox) {
    throw usageError(
      '--Data: output data comes with the data side of this system, which is not there yet.',
      'Without --Data the output sandbox is retrieved.',
    );
  }
  const client = await openClient(io.env);
  const ids = await idsOrGroups(
    'doutput',
    { args, files: options['input-file'], groups: options.JobGroup, statuses: ['Done', 'Failed'] },
    client,
    io,
  );
  const below = options.OutputDir ?? '.';

  const outcome = await forEachJob(ids, io, async (jobId) => {
    const directory = options.NoJobDir ? below : join(below, String(jobId));
    if (!options.NoJobDir && (await isThere(resolve(io.cwd, directory)))) return { jobId, directory, already: true, files: [] };
    const files = await retrieve(client, jobId, resolve(io.cwd, directory), options.NoJobDir === true, io);
    return { jobId, directory, already: false, files };
  });

  if (options.json) io.print(json({ v: 1, jobs: outcome.done, failed: outcome.failed }, 1));
  else {
    for (const { jobId, directory, already } of outcome.done) {
      if (already) io.print(say`Output for job ${jobId} already retrieved, remove the output directory to redownload`);
      else if (options.verbose) io.print(say`${jobId}: OutputSandbox ${directory}`);
    }
  }
  return settle('doutput', outcome, io);
};

async function retrieve(
  client: Client,
  jobId: number,
  directory: string,
  intoIt: boolean,
  io: Io,
): Promise<{ path: string; sizeBytes: number }[]> {
  const { signal } = io;
  const job = await client(getJob, { params: { jobId } }, { signal });
  if (job.outputs.length === 0) throw noOutput(job);
  const sandbox = {
    name: `output of job ${jobId}`,
    files: job.outputs,
    fetch: async (path: string) => (await client.download(getOutputFile, { params: { jobId }, query: { path } }, { signal })).stream(),
  };
  await (intoIt ? saveInto : saveAsDirectory)(sandbox, directory, signal);
  return job.outputs.map(({ path, sizeBytes }) => ({ path, sizeBytes }));
}

function noOutput({ jobId, status, minorStatus }: JobDetails): CliError {
  if (!isFinal(status)) {
    return new CliError(
      exitCodes.failure,
      `it is ${status}; its output comes when it has ended. dpeek ${jobId} shows what it has written so far.`,
    );
  }
  return new CliError(exitCodes.notFound, `it is ${status} (${minorStatus}) and has no output. dlogging ${jobId} tells what happened.`);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
