import { z } from 'zod';
import { Job, JobStatus } from './jobs';
import { Cursor, Instant } from './paging';
import { route } from './route';
import { text } from './texts';

export const searchFields = [
  'jobId', 'jobName', 'jobGroup', 'jobType', 'owner', 'ownerGroup', 'vo', 'endUser', 'site', 'status', 'minorStatus', 'applicationStatus',
  'priority', 'submissionTime', 'lastUpdateTime', 'startExecTime', 'endExecTime',
] as const; // prettier-ignore
export const SearchField = z.enum(searchFields).meta({ id: 'SearchField' });
export type SearchField = z.infer<typeof SearchField>;

export const Condition = z
  .strictObject({
    field: SearchField,
    /** `like` takes `*` and `?`; `in` and `notIn` take several values, the others one. */
    operator: z.enum(['eq', 'neq', 'lt', 'lte', 'gt', 'gte', 'like', 'in', 'notIn']),
    values: z
      .array(z.union([text(1000), z.number()]))
      .min(1)
      .max(10_000),
  })
  .meta({ id: 'Condition' });
export type Condition = z.infer<typeof Condition>;

export const Where = z.array(Condition).max(50);

/** All conditions hold. Deleted jobs are left out unless `status` is asked for. */
export const JobQuery = z
  .strictObject({
    where: Where.optional(),
    sort: z.strictObject({ field: SearchField, direction: z.enum(['asc', 'desc']) }).optional(),
    /** Rows on this page, 1 to 1,000; default 100. */
    limit: z.number().int().min(1).max(1000).optional(),
    after: Cursor.optional(),
  })
  .meta({ id: 'JobQuery' });
export type JobQuery = z.infer<typeof JobQuery>;

export const JobPage = z
  .object({
    jobs: z.array(Job),
    /** How many the conditions hold for, on all pages. */
    total: z.number().int(),
    /** For the next page; null on the last. */
    next: z.string().nullable(),
  })
  .meta({ id: 'JobPage' });
export type JobPage = z.infer<typeof JobPage>;

export const searchJobs = route({
  name: 'searchJobs',
  summary: 'Filter, sort and page jobs; done in the database',
  method: 'POST',
  path: '/jobs/search',
  body: JobQuery,
  returns: JobPage,
  errors: ['BadRequest'],
});

export const groupFields = ['status', 'site', 'jobGroup', 'owner', 'ownerGroup', 'jobType', 'minorStatus'] as const;

export const JobCount = z.object({ value: z.string(), count: z.number().int() }).meta({ id: 'JobCount' });
export type JobCount = z.infer<typeof JobCount>;

export const countJobs = route({
  name: 'countJobs',
  summary: 'How many jobs have each value of a field',
  method: 'POST',
  path: '/jobs/counts',
  body: z.strictObject({ groupBy: z.enum(groupFields), where: Where.optional() }).meta({ id: 'CountQuery' }),
  returns: z.object({ counts: z.array(JobCount) }).meta({ id: 'JobCounts' }),
  errors: ['BadRequest'],
});

export const GroupSummary = z
  .object({
    jobGroup: z.string(),
    total: z.number().int(),
    /** Only the states that occur. */
    counts: z.partialRecord(JobStatus, z.number().int()),
    firstJobId: z.number().int(),
    lastUpdateTime: Instant,
  })
  .meta({ id: 'GroupSummary' });
export type GroupSummary = z.infer<typeof GroupSummary>;

export const listGroups = route({
  name: 'listGroups',
  summary: 'The newest job groups with their counts',
  method: 'GET',
  path: '/job-groups',
  query: z.strictObject({ limit: z.coerce.number().int().min(1).max(200).optional() }),
  returns: z.object({ groups: z.array(GroupSummary) }).meta({ id: 'GroupList' }),
  errors: ['BadRequest'],
});
