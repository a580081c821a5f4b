import { searchJobs, type Client, type Condition, type Job, type JobQuery, jobStatuses } from '@diraclab/contract';
import { usageError } from './exit-codes';
import { hint } from './options/did-you-mean';

/** The most the API gives at once. */
const pageSize = 1000;
/** Values of one `in`, the contract's limit. */
const idsPerCondition = 10_000;

/** Jobs page by page, ascending by id; there is no limit. */
export async function* selectJobs(client: Client, where: readonly Condition[], signal: AbortSignal): AsyncGenerator<Job[]> {
  let after: string | undefined;
  do {
    const query: JobQuery = { where: [...where], sort: { field: 'jobId', direction: 'asc' }, limit: pageSize };
    const page = await client(searchJobs, { body: after === undefined ? query : { ...query, after } }, { signal });
    yield page.jobs;
    after = page.next ?? undefined;
  } while (after !== undefined);
}

/** The same for given ids, in pieces that one query may name. */
export async function* selectByIds(
  client: Client,
  ids: readonly number[],
  where: readonly Condition[],
  signal: AbortSignal,
): AsyncGenerator<Job[]> {
  const ascending = ids.toSorted((a, b) => a - b);
  for (let first = 0; first < ascending.length; first += idsPerCondition) {
    const values = ascending.slice(first, first + idsPerCondition);
    yield* selectJobs(client, [{ field: 'jobId', operator: 'in', values }, ...where], signal);
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
