import { type Client, type Condition, type Job, whoAmI, whyJob } from '@diraclab/contract';
import { openClient } from '../../connection';
import type { RunOf } from '../commands';
import { each } from '../each';
import { exitCodes, usageError } from '../exit-codes';
import { chooseFormat } from '../formats';
import { readIds } from '../ids';
import type { Io } from '../io';
import { type Listing, selectByIds, selectJobs } from '../select-jobs';
import { chooseFields, defaultFields, type Row, whyFields } from '../text/job-fields';
import { say } from '../text/printable';
import { wantsColour } from '../text/style';
import { reportMissing } from './missing';
import { formatJobs, type Look, pageFormatter } from './print-jobs';
import { conditionsOf, isAboutMe, isQuery, readQuery, readSort } from './query';
import type { dstatSpec } from './spec';

/** Answers to why are one request each: more than this is a report, not a question. */
const mostWhys = 1000;

export const dstat: RunOf<typeof dstatSpec> = async ({ options, args }, io) => {
  const look = readLook(options, io);
  const asked = isQuery(args) ? readQuery(args, (line) => io.note(line)) : [];
  const listing = readListing(options);
  const ids = asked.length > 0 ? [] : await readIds(args, io, options['input-file']);
  if (ids.length === 0 && asked.length === 0 && (args.length > 0 || options['input-file'] !== undefined)) {
    io.note(say`dstat: no job ids came in.`);
    return exitCodes.ok;
  }
  const client = await openClient(io.env);
  const hasIds = ids.length > 0;
  const me = !hasIds && isAboutMe(options, asked) ? (await client(whoAmI, {}, { signal: io.signal })).owner : '';
  const where = conditionsOf(options, me, hasIds, io.now(), asked);

  if (options.count || options['group-by'] !== undefined) {
    if (options.watch) throw usageError('--watch shows jobs, and --count and --group-by show none.');
    // eslint-disable-next-line @typescript-eslint/no-require-imports, @typescript-eslint/consistent-type-imports -- seldom asked for
    const { printCounts } = require('./counts') as typeof import('./counts');
    const wanted: Condition[] = hasIds ? [{ field: 'jobId', operator: 'in', values: ids }, ...where] : where;
    return printCounts({ client, where: wanted, groupBy: options['group-by'], format: look.format }, io);
  }
  if (options.watch) {
    // eslint-disable-next-line @typescript-eslint/no-require-imports, @typescript-eslint/consistent-type-imports -- socket.io is loaded only for this
    const { watchJobs } = require('./watch') as typeof import('./watch');
    return watchJobs({ client, ids, where, look }, io);
  }

  let inAll: { total: number; approximate: boolean } | undefined;
  const onTotal = (total: number, approximate: boolean) => (inAll = { total, approximate });
  const pages = hasIds
    ? selectByIds(client, ids, where, io.signal, listing)
    : selectJobs(client, where, io.signal, { ...listing, onTotal });
  const found = await printPages(pages, look, client, io);
  tellCut(found.size, inAll, io);
  // A job left out by a filter that was asked for is not missing.
  if (hasIds && where.length === 0 && listing.limit === undefined) return reportMissing(ids, found, io);
  if (found.size === 0 && look.format === 'pretty') io.note(say`No jobs.`);
  return exitCodes.ok;
};

/** Nothing is cut in silence. */
function tellCut(shown: number, inAll: { total: number; approximate: boolean } | undefined, io: Io): void {
  if (inAll === undefined || inAll.total <= shown) return;
  io.note(say`dstat: showing ${shown.toLocaleString('en')} of ${inAll.approximate ? '≈' : ''}${inAll.total.toLocaleString('en')}`);
}

function readListing({ sort, limit }: Parameters<typeof dstat>[0]['options']): Listing {
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit)) throw usageError(`--limit takes a number from 1, but got "${limit}".`);
  return { ...(sort === undefined ? {} : { sort: readSort(sort) }), ...(limit === undefined ? {} : { limit: Number(limit) }) };
}

function readLook(options: Parameters<typeof dstat>[0]['options'], io: Io): Look {
  const format = chooseFormat(options);
  if (options.watch && format !== 'pretty') throw usageError('--watch shows a table or a line a change; it has no other format.');
  if (options.color !== undefined && !['auto', 'always', 'never'].includes(options.color)) {
    throw usageError(`--color is auto, always or never, not "${options.color}".`);
  }
  const fields = options.Fields === undefined ? (options.why ? whyFields : defaultFields) : chooseFields(options.Fields);
  return {
    format,
    fields: options.why && !fields.some(({ name }) => name === 'Why') ? [...fields, ...whyFields.slice(-1)] : fields,
    chosen: options.Fields !== undefined,
    colour: wantsColour({ asked: options.color, env: io.env, isTty: io.outIsTty }),
  };
}

async function printPages(pages: AsyncIterable<Job[]>, look: Look, client: Client, io: Io): Promise<Set<number>> {
  const found = new Set<number>();
  const kept: Row[] = [];
  const formatPage = pageFormatter(look);
  const needsWhy = look.fields.some(({ name }) => name === 'Why');
  let isFirst = true;
  for await (const page of pages) {
    for (const { jobId } of page) found.add(jobId);
    if (needsWhy && found.size > mostWhys)
      throw usageError(`--why is for at most ${mostWhys} jobs; these are more.`, 'Narrow them with ids, -g, -n or -S.');
    const rows = needsWhy ? await addWhys(page, client, io) : page;
    if (formatPage === undefined) kept.push(...rows);
    else for (const line of formatPage(rows, isFirst)) io.print(line);
    isFirst = false;
  }
  if (formatPage === undefined && (look.format !== 'pretty' || kept.length > 0)) io.print(formatJobs(kept, look));
  return found;
}

function addWhys(jobs: readonly Job[], client: Client, io: Io): Promise<Row[]> {
  return each(jobs, 8, async (job) => ({ ...job, why: await client(whyJob, { params: { jobId: job.jobId } }, { signal: io.signal }) }));
}
