import { searchJobs, type Client, type Condition, type Job, type JobQuery, jobStatuses } from '@diraclab/contract';
import { usageError } from './exit-codes';
import { hint } from './options/did-you-mean';

/** The most the API gives at once. */
const pageSize = 1000;
/** Values of one `in`, the contract's limit. */
const idsPerCondition = 10_000;

export interface Listing {
  sort?: JobQuery['sort'];
  /** At most so many. */
  limit?: number | undefined;
  /** Hears how many there are in all. */
  onTotal?: (total: number, approximate: boolean) => void;
}

/** Jobs page by page, ascending by id unless asked otherwise; there is no limit of ours. */
export async function* selectJobs(
  client: Client,
  where: readonly Condition[],
  signal: AbortSignal,
  { sort = { field: 'jobId', direction: 'asc' }, limit = Number.POSITIVE_INFINITY, onTotal }: Listing = {},
): AsyncGenerator<Job[]> {
  let after: string | undefined;
  let left = limit;
  do {
    const query: JobQuery = { where: [...where], sort, limit: Math.min(pageSize, left) };
    const page = await client(searchJobs, { body: after === undefined ? query : { ...query, after } }, { signal });
    if (after === undefined) onTotal?.(page.total, page.approximate ?? false);
    yield page.jobs;
    left -= page.jobs.length;
    after = page.next ?? undefined;
  } while (after !== undefined && left > 0);
}

/** The same for given ids, in pieces that one query may name. */
export async function* selectByIds(
  client: Client,
  ids: readonly number[],
  where: readonly Condition[],
  signal: AbortSignal,
  listing: Listing = {},
): AsyncGenerator<Job[]> {
  if (ids.length > idsPerCondition && (listing.sort ?? listing.limit) !== undefined)
    throw usageError(`--sort and --limit are for at most ${idsPerCondition} ids.`, 'Name the jobs by a query, such as group=fit-scan.');
  const ascending = ids.toSorted((a, b) => a - b);
  for (let first = 0; first < ascending.length; first += idsPerCondition) {
    const values = ascending.slice(first, first + idsPerCondition);
    yield* selectJobs(client, [{ field: 'jobId', operator: 'in', values }, ...where], signal, listing);
  }
}

/** A name or, with `*` or `?` in it, a pattern. */
export function named(field: 'jobName' | 'jobGroup', text: string): Condition {
  return { field, operator: /[*?]/.test(text) ? 'like' : 'eq', values: [text] };
}

/** `Running,waiting` in DIRAC's spelling; `all` gives undefined: any state. */
export function readStatuses(list: string): string[] | undefined {
  const words = list.split(',').map((word) => word.trim());
  if (words.some((word) => word.toLowerCase() === 'all')) return undefined;
  return words.filter((word) => word !== '').map(statusNamed);
}

function statusNamed(word: string): string {
  const status = jobStatuses.find((known) => known.toLowerCase() === word.toLowerCase());
  if (status === undefined) {
    throw usageError(`There is no state "${word}".${hint(word, jobStatuses)}`, `States: ${jobStatuses.join(', ')}, or all.`);
  }
  return status;
}
