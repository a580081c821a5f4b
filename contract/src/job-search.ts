import { z } from 'zod';
import { Job, JobStatus } from './jobs';
import { Cursor, Instant } from './paging';
import { route } from './route';
import { text } from './texts';

export const searchFields = [
  'jobId', 'jobName', 'jobGroup', 'jobType', 'owner', 'ownerGroup', 'vo', 'endUser', 'site', 'status', 'minorStatus', 'applicationStatus',
  'priority', 'submissionTime', 'lastUpdateTime', 'startExecTime', 'endExecTime', 'endReason', 'exitCode', 'rescheduleCounter',
] as const; // prettier-ignore
export const SearchField = z.enum(searchFields).meta({ id: 'SearchField' });
export type SearchField = z.infer<typeof SearchField>;

export const operators = ['eq', 'neq', 'lt', 'lte', 'gt', 'gte', 'like', 'notLike', 'in', 'notIn'] as const;
export const Operator = z.enum(operators).meta({ id: 'Operator' });
export type Operator = z.infer<typeof Operator>;

/** What a job may be asked for: a field, the time since its submission (`2d`), or a parameter of swept jobs. */
const ConditionField = z.union([
  SearchField,
  z.literal('age'),
  z.templateLiteral(['param.', z.string().regex(/[A-Za-z_][A-Za-z0-9_]{0,99}/)]),
]);

export const Condition = z
  .strictObject({
    field: ConditionField,
    /** `like` takes `*` and `?`; `in`, `notIn`, `like` and `notLike` take several values, the others one. */
    operator: Operator,
    values: z
      .array(z.union([text(1000), z.number()]))
      .min(1)
      .max(10_000),
  })
  .meta({ id: 'Condition' });
export type Condition = z.infer<typeof Condition>;

export const Where = z.array(Condition).max(50);
export const QueryText = text(10_000);
export const Sort = z.strictObject({ field: SearchField, direction: z.enum(['asc', 'desc']) });
export type Sort = z.infer<typeof Sort>;

/** Passing over rows costs, though less than sending them; longer ways are made in several leaps. */
export const longestLeap = 100_000;

/** All conditions hold. Deleted jobs are left out unless `status` is asked for. */
export const JobQuery = z
  .strictObject({
    where: Where.optional(),
    /** The same as text, such as `state=Failed site=CYF* age<2d`; it holds besides `where`. */
    text: QueryText.optional(),
    sort: Sort.optional(),
    /** Rows on this page, 1 to 1,000; default 100. */
    limit: z.number().int().min(1).max(1000).optional(),
    after: Cursor.optional(),
    /** For the page that ends before this place; not together with `after`. */
    before: Cursor.optional(),
    /** Rows passed over, from the beginning or after `after`: for a leap into a long list, not for paging. */
    offset: z.number().int().min(0).max(longestLeap).optional(),
  })
  .meta({ id: 'JobQuery' });
export type JobQuery = z.infer<typeof JobQuery>;

export const JobPage = z
  .object({
    jobs: z.array(Job),
    /** How many the conditions hold for, on all pages. */
    total: z.number().int(),
    /** Counting took too long, and `total` is reckoned from a sample: shown with a `≈`. */
    approximate: z.literal(true).optional(),
    /** For the next page; null on the last. */
    next: z.string().nullable(),
    /** For the page before this one; absent on the first. */
    previous: z.string().optional(),
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

export const groupFields = [
  'status', 'site', 'jobGroup', 'owner', 'ownerGroup', 'jobType', 'minorStatus', 'applicationStatus', 'endReason',
] as const; // prettier-ignore
export const GroupField = z.enum(groupFields).meta({ id: 'GroupField' });
export type GroupField = z.infer<typeof GroupField>;

export const JobCount = z.object({ value: z.string(), count: z.number().int() }).meta({ id: 'JobCount' });
export type JobCount = z.infer<typeof JobCount>;

export const JobCounts = z
  .object({
    /** The largest first, at most 1,000. */
    counts: z.array(JobCount),
    /** Counting took too long, and the counts are reckoned from a sample: shown with a `≈`. */
    approximate: z.literal(true).optional(),
  })
  .meta({ id: 'JobCounts' });
export type JobCounts = z.infer<typeof JobCounts>;

export const countJobs = route({
  name: 'countJobs',
  summary: 'How many jobs have each value of a field',
  method: 'POST',
  path: '/jobs/counts',
  body: z.strictObject({ groupBy: GroupField, where: Where.optional(), text: QueryText.optional() }).meta({ id: 'CountQuery' }),
  returns: JobCounts,
  errors: ['BadRequest'],
});

export const DescribedKey = z
  .object({
    key: z.string(),
    /** How it is written in a query; the first is the usual one. */
    names: z.array(z.string()),
    type: z.enum(['text', 'status', 'number', 'time', 'age']),
    unit: z.string().optional(),
    operators: z.array(Operator),
    description: z.string(),
    /** May be sorted by; may be counted by. */
    sortable: z.boolean(),
    groupable: z.boolean(),
    /** Where there are only these. */
    values: z.array(z.string()).optional(),
  })
  .meta({ id: 'JobKey' });
export type DescribedKey = z.infer<typeof DescribedKey>;

export const describeJobKeys = route({
  name: 'describeJobKeys',
  summary: 'What jobs may be filtered, sorted and counted by, with the parameters of the newest sweep',
  method: 'GET',
  path: '/job-keys',
  query: z.strictObject({ jobGroup: text(128).optional() }),
  returns: z.object({ keys: z.array(DescribedKey) }).meta({ id: 'JobKeys' }),
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
