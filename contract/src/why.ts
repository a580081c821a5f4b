import { z } from 'zod';
import { Fits, TypicalWait } from './fits';
import { Where } from './job-search';
import { EndReason, JobId, JobStatus } from './jobs';
import { Cursor, Instant } from './paging';
import { route } from './route';

/** Who can change it. `turn`: nobody has to, it comes by itself. */
export const WhyActor = z.enum(['you', 'community', 'site', 'system', 'turn']).meta({ id: 'WhyActor' });
export type WhyActor = z.infer<typeof WhyActor>;

export const WaitCause = z
  .object({
    /** For programs, such as `NO_PILOT`, `BANNED_SITE`, `TURN`. */
    code: z.string(),
    text: z.string(),
    actor: WhyActor,
    /** How many of the resources known said this. A resource is one kind of node behind one computing element. */
    resources: z.number().int(),
  })
  .meta({ id: 'WaitCause' });
export type WaitCause = z.infer<typeof WaitCause>;

/** One rule of the matcher, in its order, and how many resources are left after it. */
export const FunnelStep = z
  .object({
    /** The rejection that this step counts; null for the first step, which is all there are. */
    code: z.string().nullable(),
    text: z.string(),
    left: z.number().int(),
  })
  .meta({ id: 'FunnelStep' });
export type FunnelStep = z.infer<typeof FunnelStep>;

/** Needs as a description would have them; an empty list is no need. */
export const ChangedNeeds = z
  .object({
    sites: z.array(z.string()).optional(),
    bannedSites: z.array(z.string()).optional(),
    platforms: z.array(z.string()).optional(),
    tags: z.array(z.string()).optional(),
    cpuTimeS: z.number().int().optional(),
    numberOfProcessors: z.number().int().optional(),
    minRamMB: z.number().int().optional(),
  })
  .meta({ id: 'ChangedNeeds' });
export type ChangedNeeds = z.infer<typeof ChangedNeeds>;

/** The smallest change of one need that makes the job fit more, found by asking the matcher again. */
export const NeedChange = z
  .object({
    change: ChangedNeeds,
    text: z.string(),
    /** Resources that would fit. */
    fits: z.number().int(),
  })
  .meta({ id: 'NeedChange' });
export type NeedChange = z.infer<typeof NeedChange>;

export const WaitOrder = z
  .object({
    /** Jobs of the same queue that come before this one; at most 1,000 are counted. */
    ahead: z.number().int(),
    /** Jobs in other queues that want resources which this one fits. */
    competing: z.number().int(),
    /** Of the VO; at most 1,000 are counted. */
    startedLastHour: z.number().int(),
    /** Of those that started in the last hour; null when too few did. Never a promise. */
    typicalWait: TypicalWait.nullable(),
  })
  .meta({ id: 'WaitOrder' });
export type WaitOrder = z.infer<typeof WaitOrder>;

export const Why = z
  .object({
    jobId: z.number().int(),
    status: JobStatus,
    since: Instant,
    evaluatedTime: Instant,
    /** The main cause, for programs: a cause's code while the job waits, else the state or how it ended. */
    code: z.string(),
    actor: WhyActor,
    /** One sentence. */
    headline: z.string(),
    fits: Fits.nullable(),
    causes: z.array(WaitCause),
    funnel: z.array(FunnelStep),
    changes: z.array(NeedChange),
    /** Null when it does not wait. */
    order: WaitOrder.nullable(),
    next: z.string().nullable(),
  })
  .meta({ id: 'Why' });
export type Why = z.infer<typeof Why>;

export const whyJob = route({
  name: 'whyJob',
  summary: 'Why a job waits, in the words of the function that matches; or how it ended',
  method: 'GET',
  path: '/jobs/:jobId/why',
  params: z.strictObject({ jobId: JobId }),
  returns: Why,
  errors: ['NotFound'],
});

const Selected = { where: Where.optional(), after: Cursor.optional() };

export const WhyGroup = z
  .object({
    status: JobStatus,
    code: z.string(),
    actor: WhyActor,
    text: z.string(),
    jobs: z.number().int(),
    /** The oldest of them. */
    exampleJobId: z.number().int(),
    fits: Fits.nullable(),
    next: z.string().nullable(),
  })
  .meta({ id: 'WhyGroup' });
export type WhyGroup = z.infer<typeof WhyGroup>;

export const WhyJobs = z
  .object({
    /** By cause, the most jobs first. */
    groups: z.array(WhyGroup),
    /** Jobs on this page. */
    jobs: z.number().int(),
    /** For the next page, as long as there are more jobs; null on the last. */
    next: z.string().nullable(),
  })
  .meta({ id: 'WhyJobs' });
export type WhyJobs = z.infer<typeof WhyJobs>;

export const whyJobs = route({
  name: 'whyJobs',
  summary: 'Why jobs wait or how they ended, grouped by cause; each task queue is explained once, and a page covers up to 100,000 jobs',
  method: 'POST',
  path: '/jobs/why',
  body: z.strictObject(Selected).meta({ id: 'WhyQuery' }),
  returns: WhyJobs,
  errors: ['BadRequest'],
});

export const FailureGroup = z
  .object({
    /** The sentence of the failure with its numbers, paths and ids taken out, so that equal failures are equal. */
    signature: z.string(),
    site: z.string(),
    endReason: EndReason.nullable(),
    exitCode: z.number().int().nullable(),
    jobs: z.number().int(),
    firstTime: Instant,
    lastTime: Instant,
    /** The newest of them, whose output shows the failure. */
    sampleJobId: z.number().int(),
    /** The sample's sentence as it stands. */
    sample: z.string(),
    /** It happens at this site alone, while jobs of the same selection are Done elsewhere. */
    onlyHere: z.boolean(),
  })
  .meta({ id: 'FailureGroup' });
export type FailureGroup = z.infer<typeof FailureGroup>;

export const groupFailures = route({
  name: 'groupFailures',
  summary: 'Failed jobs grouped by what went wrong and where, the most first; a page covers up to 100,000 jobs',
  method: 'POST',
  path: '/jobs/failures',
  body: z.strictObject(Selected).meta({ id: 'FailureQuery' }),
  returns: z.object({ failures: z.array(FailureGroup), jobs: z.number().int(), next: z.string().nullable() }).meta({ id: 'Failures' }),
  errors: ['BadRequest'],
});
