import { type ActResult, type Client, mostJobsAnAct, startOperation } from '@diraclab/contract';
import { openClient } from '../../connection';
import { combineExitCodes, type ExitCode, exitCodes, usageError } from '../exit-codes';
import { requireIds } from '../ids';
import type { Io } from '../io';
import { json, say } from '../text/printable';
import { chooseMine } from './choose-mine';
import { confirm } from './confirm';
import { follow, summary } from './follow';
import { actNow, past, type Action } from './words';

export interface ActOptions {
  all?: true;
  verbose?: true;
  yes?: true;
  json?: true;
  'input-file'?: string[];
}

type Chosen = { jobIds: number[]; total: number } | { where: NonNullable<Parameters<typeof actNow>[2]['where']>; total: number };

/** What dkill and its kin have in common: choose, ask, do, say what came of it. */
export async function runAct(
  command: string,
  action: Action,
  { options, args }: { options: ActOptions; args: readonly string[] },
  io: Io,
): Promise<ExitCode> {
  if (options.all && (args.length > 0 || options['input-file'] !== undefined)) {
    throw usageError('-a takes all of your jobs, and ids were given too.', 'Give one or the other.');
  }
  const ids = options.all ? [] : await requireIds(command, args, io, options['input-file']);
  const client = await openClient(io.env);
  const chosen: Chosen | ExitCode = options.all
    ? await chooseAll(client, command, action, options, io)
    : { jobIds: ids, total: ids.length };
  if (typeof chosen === 'number') return chosen;
  const { total, ...selection } = chosen;
  if (total > mostJobsAnAct) return runMany(client, command, action, selection, options, io);
  const result = await actNow(client, action, selection, io.signal);
  if (options.json) io.print(json({ v: 1, action, ...result }, 1));
  return report(result, command, action, options, io);
}

/** An exit code where there is nothing to do. */
async function chooseAll(client: Client, command: string, action: Action, options: ActOptions, io: Io): Promise<Chosen | ExitCode> {
  const mine = await chooseMine(client, action, io);
  if (mine.total === 0) {
    io.note(say`${command}: ${mine.owner} has no jobs to ${action}.`);
    if (options.json) io.print(json({ v: 1, action, successful: [], failed: [] }));
    return exitCodes.ok;
  }
  if (mine.total > 1 && !options.yes && !(await confirm(action, mine, io))) {
    io.note(say`${command}: nothing was done.`);
    return exitCodes.failure;
  }
  return { where: mine.where, total: mine.total };
}

/** More than one call takes: an operation of the server. Where nobody sits at a terminal nobody could take a kill back: it begins at once. */
async function runMany(
  client: Client,
  command: string,
  action: Action,
  selection: Omit<Chosen, 'total'>,
  { json: asJson }: ActOptions,
  io: Io,
): Promise<ExitCode> {
  const body = { ...selection, act: action, ...(io.errIsTty ? {} : { delayS: 0 }) };
  const started = await client(startOperation, { body }, { signal: io.signal });
  const end = await follow(client, command, started, io);
  if (asJson) io.print(json({ v: 1, action, operation: end }, 1));
  io.note(say`${command}: ${summary(end)}`);
  if (end.state !== 'Done') return exitCodes.failure;
  return combineExitCodes(end.accepted, end.refused > 0 ? [exitCodes.failure] : []);
}

const codes: Readonly<Record<string, ExitCode>> = { NotFound: exitCodes.notFound, NotAllowed: exitCodes.notAllowed };
/** Refusals told one by one; beyond, a count is enough. */
const mostTold = 20;

function report({ successful, failed }: ActResult, command: string, action: Action, options: ActOptions, io: Io): ExitCode {
  const done = past[action];
  if (options.verbose && !options.json) for (const jobId of successful) io.print(say`${done} job ${jobId}`);
  for (const { jobId, detail } of failed.slice(0, mostTold)) io.note(say`${command}: job ${jobId}: ${detail}`);
  if (failed.length > mostTold) io.note(say`${command}: and ${failed.length - mostTold} more like these.`);
  if (failed.length > 0 && successful.length > 0) io.note(say`${command}: ${successful.length} ${done}, ${failed.length} refused.`);
  return combineExitCodes(
    successful.length,
    failed.map(({ code }) => codes[code] ?? exitCodes.failure),
  );
}
