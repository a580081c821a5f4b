import { finalStatuses, jobStatuses, whyJob, type Client, type Condition } from '@diraclab/contract';
import { openClient } from '../../connection';
import { failuresOf, whyOf } from '../../why-jobs';
import { failuresText, groupsText, whyText } from '../../why-text';
import type { RunOf } from '../commands';
import { exitCodes, usageError, type ExitCode } from '../exit-codes';
import { forEachJob, settle } from '../for-each-job';
import { readIds } from '../ids';
import type { Io } from '../io';
import { named, readStatuses } from '../select-jobs';
import { json, join, lines, say } from '../text/printable';
import type { dwhySpec } from './spec';

/** Jobs that are explained one by one; of more, the causes are the answer. */
const mostOneByOne = 10;
/** Values of one condition, the contract's limit. */
const mostIds = 10_000;

export const dwhy: RunOf<typeof dwhySpec> = async ({ options, args }, io) => {
  const ids = await readIds(args, io, options['input-file']);
  const given = args.length > 0 || options['input-file'] !== undefined;
  if (given && ids.length === 0) {
    io.note(say`dwhy: no job ids came in.`);
    return exitCodes.ok;
  }
  if (ids.length > mostIds)
    throw usageError(`${ids.length} ids are more than the ${mostIds} that one question may name.`, 'Ask of a group: dwhy -g GROUP.');
  const client = await openClient(io.env);
  const oneByOne =
    given && ids.length <= mostOneByOne && options.failures !== true && options.Status === undefined && options.JobGroup === undefined;
  if (oneByOne) return explainEach(client, ids, options.json === true, io);
  return explainMany(client, conditionsOf(options, ids), options, io);
};

async function explainEach(client: Client, ids: readonly number[], asJson: boolean, io: Io): Promise<ExitCode> {
  const outcome = await forEachJob(ids, io, (jobId) => client(whyJob, { params: { jobId } }, { signal: io.signal }));
  if (asJson) io.print(json({ v: 1, jobs: outcome.done, failed: outcome.failed }, 1));
  else if (outcome.done.length > 0)
    io.print(
      join(
        outcome.done.map((why) => lines(whyText(why))),
        '\n',
      ),
    );
  return settle('dwhy', outcome, io);
}

async function explainMany(
  client: Client,
  where: readonly Condition[],
  options: { failures?: true; json?: true },
  io: Io,
): Promise<ExitCode> {
  if (options.failures === true) {
    const failures = await failuresOf(client, where, io.signal);
    io.print(options.json === true ? json({ v: 1, failures }, 1) : lines(failuresText(failures)));
    return exitCodes.ok;
  }
  const groups = await whyOf(client, where, io.signal);
  io.print(options.json === true ? json({ v: 1, groups }, 1) : lines(groupsText(groups)));
  return exitCodes.ok;
}

/** Without ids, group or states: what is not final. */
function conditionsOf(
  { JobGroup, Status, failures }: { JobGroup?: string; Status?: string; failures?: true },
  ids: readonly number[],
): Condition[] {
  const where: Condition[] = ids.length === 0 ? [] : [{ field: 'jobId', operator: 'in', values: [...ids] }];
  if (JobGroup !== undefined) where.push(named('jobGroup', JobGroup));
  const open = jobStatuses.filter((status) => !finalStatuses.includes(status));
  const asked = Status === undefined ? (where.length === 0 && failures !== true ? open : undefined) : readStatuses(Status);
  if (asked !== undefined) where.push({ field: 'status', operator: 'in', values: asked });
  return where;
}
