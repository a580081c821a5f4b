import { parseJobQuery, searchJobs, type Condition, type Job, type JobQuery } from '@diraclab/contract';
import type { Session } from './session';
import type { JobInfo, JobList, JobsQuery } from './types';

const largestPage = 1000;

/** A text, or the short names of a query, as the contract's conditions. */
export function toJobQuery(query: string | JobsQuery): JobQuery {
  if (typeof query === 'string') return { where: parseJobQuery(query) };
  const { status, group, name, site, owner, where = [], sort, limit } = query;
  const conditions: Condition[] = [...where];
  if (status !== undefined) conditions.push({ field: 'status', operator: 'in', values: [status].flat() });
  if (group !== undefined) conditions.push({ field: 'jobGroup', operator: 'eq', values: [group] });
  if (name !== undefined) conditions.push({ field: 'jobName', operator: 'like', values: [name] });
  if (site !== undefined) conditions.push({ field: 'site', operator: 'eq', values: [site] });
  if (owner !== undefined) conditions.push({ field: 'owner', operator: 'eq', values: [owner] });
  return {
    ...(conditions.length === 0 ? {} : { where: conditions }),
    ...(sort === undefined ? {} : { sort }),
    ...(limit === undefined ? {} : { limit }),
  };
}

export async function listJobs(session: Session, query: JobQuery): Promise<JobList> {
  const page = await (await session.client())(searchJobs, { body: query });
  const more = async () => (page.next === null ? undefined : listJobs(session, { ...query, after: page.next }));
  return {
    jobs: page.jobs,
    total: page.total,
    approximate: page.approximate,
    more,
    async *[Symbol.asyncIterator](): AsyncGenerator<JobInfo> {
      yield* page.jobs;
      const rest = await more();
      if (rest !== undefined) yield* rest;
    },
  };
}

export async function allPages(session: Session, query: JobQuery): Promise<Job[]> {
  const call = await session.client();
  const rows: Job[] = [];
  for (let after: string | null | undefined; after !== null;) {
    const page = await call(searchJobs, { body: { ...query, limit: largestPage, ...(after === undefined ? {} : { after }) } });
    rows.push(...page.jobs);
    after = page.next;
  }
  return rows;
}
