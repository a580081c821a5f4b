import { type Client, type Condition, countJobs, type JobCount, searchJobs, whoAmI } from '@diraclab/contract';
import type { Io } from '../io';
import { meantFor, type Action } from './words';

export interface Mine {
  owner: string;
  where: Condition[];
  total: number;
  counts: readonly JobCount[];
}

/**
 * All jobs of the caller that the act can be meant for, up to the newest there is now: what is submitted while the question is being
 * read is not what was agreed to.
 */
export async function chooseMine(client: Client, action: Action, io: Io): Promise<Mine> {
  const { signal } = io;
  const { owner } = await client(whoAmI, {}, { signal });
  const own: Condition[] = [{ field: 'owner', operator: 'eq', values: [owner] }, ...meantFor[action]];

  const newest = await client(searchJobs, { body: { where: own, sort: { field: 'jobId', direction: 'desc' }, limit: 1 } }, { signal });
  const [last] = newest.jobs;
  if (last === undefined) return { owner, where: own, total: 0, counts: [] };
  const where: Condition[] = [...own, { field: 'jobId', operator: 'lte', values: [last.jobId] }];
  const { counts } = await client(countJobs, { body: { groupBy: 'status', where } }, { signal });
  return { owner, where, total: counts.reduce((sum, { count }) => sum + count, 0), counts };
}
