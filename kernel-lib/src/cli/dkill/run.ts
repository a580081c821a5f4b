import { type ActResult, type Client, deleteJobs, killJobs, type Selection } from '@diraclab/contract';
import { openClient } from '../../connection';
import type { RunOf } from '../commands';
import { combineExitCodes, type ExitCode, exitCodes, usageError } from '../exit-codes';
import { requireIds } from '../ids';
import type { Io } from '../io';
import { json, say } from '../text/printable';
import { chooseMine } from './choose-mine';
import { confirm } from './confirm';
import type { dkillSpec } from './spec';

export const dkill: RunOf<typeof dkillSpec> = async ({ options, args }, io) => {
  const action = options.delete ? 'delete' : 'kill';
  if (options.all && (args.length > 0 || options['input-file'] !== undefined)) {
    throw usageError('-a takes all of your jobs, and ids were given too.', 'Give one or the other.');
  }
  const ids = options.all ? [] : await requireIds('dkill', args, io, options['input-file']);
  const client = await openClient(io.env);

  let selection: Selection = { jobIds: ids };
  if (options.all) {
    const mine = await chooseMine(client, action, io);
    if (mine.total === 0) {
      io.note(say`dkill: ${mine.owner} has no jobs to ${action}.`);
      if (options.json) io.print(json({ v: 1, action, successful: [], failed: [] }));
      return exitCodes.ok;
    }
    if (mine.total > 1 && !options.yes && !(await confirm(action, mine, io))) {
      io.note(say`dkill: nothing was done.`);
      return exitCodes.failure;
    }
    selection = { where: mine.where };
  }
  const result = await act(client, action, selection, io);
  if (options.json) io.print(json({ v: 1, action, ...result }, 1));
  return report(result, action, options, io);
};

function act(client: Client, action: 'kill' | 'delete', selection: Selection, io: Io): Promise<ActResult> {
  return client(action === 'kill' ? killJobs : deleteJobs, { body: selection }, { signal: io.signal });
}

const codes: Readonly<Record<string, ExitCode>> = { NotFound: exitCodes.notFound, NotAllowed: exitCodes.notAllowed };
/** Refusals told one by one; beyond, a count is enough. */
const mostTold = 20;

function report({ successful, failed }: ActResult, action: 'kill' | 'delete', options: { verbose?: true; json?: true }, io: Io): ExitCode {
  const past = action === 'kill' ? 'killed' : 'deleted';
  if (options.verbose && !options.json) for (const jobId of successful) io.print(say`${past} job ${jobId}`);
  for (const { jobId, detail } of failed.slice(0, mostTold)) io.note(say`dkill: job ${jobId}: ${detail}`);
  if (failed.length > mostTold) io.note(say`dkill: and ${failed.length - mostTold} more like these.`);
  if (failed.length > 0 && successful.length > 0) io.note(say`dkill: ${successful.length} ${past}, ${failed.length} refused.`);
  return combineExitCodes(
    successful.length,
    failed.map(({ code }) => codes[code] ?? exitCodes.failure),
  );
}
