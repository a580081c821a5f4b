import { z } from 'zod';
import { Instant } from './paging';
import { route } from './route';
import { text } from './texts';

/**
 * What a report may be grouped and filtered by. DIRAC's key fields: User and UserGroup are `owner` and `ownerGroup`, FinalMajorStatus and
 * FinalMinorStatus are `status` and `minorStatus`. An attempt that was lost counts with status `Rescheduled`: it has used what it used.
 */
export const jobUsageKeys = ['vo', 'ownerGroup', 'owner', 'jobGroup', 'jobType', 'site', 'status', 'minorStatus'] as const;
export const pilotUsageKeys = ['vo', 'site', 'computingElement', 'status'] as const;

/** DIRAC's plots of type Job and Pilot, as far as what they need is recorded. */
export const jobPlots = [
  'executedJobs', 'cumulativeExecutedJobs', 'runningJobs', 'cpuTime', 'cumulativeCpuTime', 'wallTime', 'cumulativeWallTime',
  'cpuEfficiency', 'inputSandbox', 'outputSandbox',
] as const; // prettier-ignore
export const pilotPlots = ['pilots', 'cumulativePilots', 'jobs', 'cumulativeJobs', 'jobsPerPilot'] as const;
export type JobPlot = (typeof jobPlots)[number];
export type PilotPlot = (typeof pilotPlots)[number];

const filterOf = <const Keys extends readonly [string, ...string[]]>(keys: Keys) =>
  z.partialRecord(z.enum(keys), z.array(text(1000)).min(1).max(100)).optional();

const span = {
  /** An instant; default seven days before `to`. */
  from: Instant.optional(),
  /** An instant; default now. */
  to: Instant.optional(),
  /** Series shown by themselves, the largest first; what is left is summed as `Others`. Default 12. */
  most: z.number().int().min(1).max(100).optional(),
};

export const UsageQuery = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('Job'),
      plot: z.enum(jobPlots),
      groupBy: z.enum(jobUsageKeys),
      where: filterOf(jobUsageKeys),
      ...span,
    }),
    z.strictObject({
      type: z.literal('Pilot'),
      plot: z.enum(pilotPlots),
      groupBy: z.enum(pilotUsageKeys),
      where: filterOf(pilotUsageKeys),
      ...span,
    }),
  ])
  .meta({ id: 'UsageQuery' });
export type UsageQuery = z.infer<typeof UsageQuery>;

export const UsageReport = z
  .object({
    plot: z.string(),
    unit: z.enum(['jobs', 'pilots', 's', 'bytes', '%', 'jobs per pilot']),
    from: Instant,
    to: Instant,
    /** Length of a bucket; they start at `from`, which was moved back to a bucket's start. */
    bucketS: z.number().int(),
    series: z.array(
      z.object({
        key: z.string(),
        /** One a bucket; null where nothing can be said, such as the efficiency of no work. */
        values: z.array(z.number().nullable()),
        /** Of the whole span: a sum, for `runningJobs` a mean, for ratios the ratio of the sums. */
        total: z.number().nullable(),
      }),
    ),
    /** What ended before this is in the report. */
    upTo: Instant,
  })
  .meta({ id: 'UsageReport' });
export type UsageReport = z.infer<typeof UsageReport>;

export const reportUsage = route({
  name: 'reportUsage',
  summary: 'What was used: jobs, CPU and wall time, sandboxes, pilots; by any key, over time',
  method: 'POST',
  path: '/accounting/report',
  body: UsageQuery,
  returns: UsageReport,
  errors: ['BadRequest', 'NotAllowed'],
});
