import { z } from 'zod';
import { JobDescription, SandboxFile } from './job-description';
import { NewJobParameters } from './job-parameters';
import { EndReason, JobStatus, OutputStream } from './jobs';
import { Instant } from './paging';
import { route } from './route';
import { oneLine } from './texts';

export const pilotStatuses = ['Submitted', 'Waiting', 'Running', 'Done', 'Failed', 'Deleted', 'Aborted', 'Unknown'] as const;
export const PilotStatus = z.enum(pilotStatuses).meta({ id: 'PilotStatus' });
export type PilotStatus = z.infer<typeof PilotStatus>;

export const Pilot = z
  .object({
    pilotId: z.number().int(),
    pilotStamp: z.string(),
    site: z.string(),
    computingElement: z.string(),
    host: z.string(),
    vo: z.string(),
    status: PilotStatus,
    slots: z.number().int(),
    version: z.string(),
    submissionTime: Instant,
    lastUpdateTime: Instant,
  })
  .meta({ id: 'Pilot' });
export type Pilot = z.infer<typeof Pilot>;

export const listPilots = route({
  name: 'listPilots',
  summary: 'Pilots that are or lately were alive, newest first (at most 1,000)',
  method: 'GET',
  path: '/pilots',
  returns: z.object({ pilots: z.array(Pilot) }).meta({ id: 'PilotList' }),
  errors: [],
});

// ---- what a pilot says; its token says which pilot it is

/** What a node offers now. Site, computing element and VO are the server's own knowledge of the pilot and are not asked for. */
export const ResourceOffer = z
  .strictObject({
    /** Jobs it would take now. */
    slots: z.number().int().min(1).max(1024),
    /** Processors free for them. */
    processors: z.number().int().min(1).max(1024),
    ramMB: z.number().int().min(0),
    /** GPUs free for them; absent: none. */
    gpus: z.number().int().min(0).max(64).optional(),
    /** Memory of the smallest of these. */
    gpuRamMB: z.number().int().min(0).optional(),
    /** Normalised CPU seconds left before the pilot must end. */
    cpuTimeLeftS: z.number().int().min(0),
    platform: oneLine(100),
    tags: z.array(oneLine(100)).max(1000),
    /** `none`: payloads can reach each other, so it is given the jobs of one owner only, its first. */
    isolation: z.literal('none').optional(),
    /** Only jobs that need all of these (DIRAC's RequiredTag): a queue for GPUs is not to be filled with what runs anywhere. */
    requiredTags: z.array(oneLine(100)).max(100).optional(),
    /** The processors offered are a whole node (or all that this pilot may use), and nothing runs on it. */
    wholeNode: z.boolean().optional(),
    host: oneLine(255),
    pid: z.number().int().min(0),
    version: oneLine(50),
    /** All attempts it holds; one the server gave it and that is not here was never heard of, and is matched again. Absent: it does not say. */
    holding: z
      .array(z.strictObject({ jobId: z.number().int(), attempt: z.number().int() }))
      .max(10_000)
      .optional(),
    /** How long the server may hold the answer until a job comes, at most 30,000. */
    waitMs: z.number().int().min(0).max(30_000),
  })
  .meta({ id: 'ResourceOffer' });
export type ResourceOffer = z.infer<typeof ResourceOffer>;

export const MatchedJob = z
  .object({
    jobId: z.number().int(),
    /** The fencing number: every report carries it, and a report of an older attempt changes nothing. */
    attempt: z.number().int(),
    /** Parameters are filled in. */
    description: JobDescription,
    owner: z.string(),
    ownerGroup: z.string(),
    vo: z.string(),
    site: z.string(),
    maxOutputBytes: z.number().int(),
    /** What it may use of the offer. */
    processors: z.number().int(),
  })
  .meta({ id: 'MatchedJob' });
export type MatchedJob = z.infer<typeof MatchedJob>;

export const matchJobs = route({
  name: 'matchJobs',
  summary: 'A pilot asks for jobs that fit what it offers; the answer may be held until one comes',
  method: 'POST',
  path: '/pilots/match',
  body: ResourceOffer,
  returns: z.object({ jobs: z.array(MatchedJob), stop: z.boolean() }).meta({ id: 'Match' }),
  errors: ['BadRequest', 'StalePilot'],
});

export const awaitBell = route({
  name: 'awaitBell',
  summary: 'Held until the server has something to say about a job of this pilot, such as a kill; the pilot then reports, and is told',
  method: 'POST',
  path: '/pilots/bell',
  body: z.strictObject({ waitMs: z.number().int().min(0).max(30_000) }).meta({ id: 'BellWait' }),
  returns: z.object({ ring: z.boolean() }).meta({ id: 'Bell' }),
  errors: ['BadRequest', 'StalePilot'],
});

/** Why a pilot that ends gives a job back: no failure, so it does not count among the job's retries. */
export const pilotStopped = 'Pilot stopped';

/** One change of state, numbered from 1 within its attempt: the server takes each number once and in order. */
export const StatusReport = z
  .strictObject({
    sequence: z.number().int().min(1),
    status: JobStatus.extract(['Running', 'Completing', 'Done', 'Failed', 'Killed', 'Rescheduled']),
    minorStatus: oneLine(128),
    applicationStatus: oneLine(255).optional(),
    /** Facts about this attempt, kept as job parameters. */
    parameters: NewJobParameters.optional(),
    /** With the final report only. */
    end: z
      .strictObject({
        reason: EndReason,
        exitCode: z.number().int().nullable(),
        cpuTimeUsedS: z.number().min(0),
        wallTimeUsedS: z.number().min(0),
        maxRssMB: z.number().min(0).nullable(),
        /** Files already uploaded; the server refuses a report that names one it does not have. */
        outputs: z.array(SandboxFile).max(10_000),
      })
      .optional(),
  })
  .meta({ id: 'StatusReport' });
export type StatusReport = z.infer<typeof StatusReport>;

export const JobReport = z
  .strictObject({
    jobId: z.number().int(),
    attempt: z.number().int(),
    statuses: z.array(StatusReport).max(100),
    /** New output since what the server said it has; UTF-8, cut between characters, at most 64 KiB a stream and message. */
    output: z
      .array(
        z.strictObject({ stream: OutputStream, from: z.number().int().min(0), text: z.string().max(70_000), end: z.number().int().min(0) }),
      )
      .max(4)
      .optional(),
    cpuTimeUsedS: z.number().min(0).optional(),
    wallTimeUsedS: z.number().min(0).optional(),
    rssMB: z.number().min(0).optional(),
  })
  .meta({ id: 'JobReport' });
export type JobReport = z.infer<typeof JobReport>;

export const JobReportAnswer = z
  .object({
    jobId: z.number().int(),
    attempt: z.number().int(),
    /** `stale`: this attempt is over for the server; the pilot kills the payload and forgets it. */
    outcome: z.enum(['accepted', 'stale', 'refused']),
    detail: z.string().optional(),
    /** The highest sequence the server has. */
    sequence: z.number().int(),
    command: z.enum(['Kill']).nullable(),
    /** How far the server's copy of the output reaches. */
    outputEnd: z.object({ stdout: z.number().int(), stderr: z.number().int() }),
  })
  .meta({ id: 'JobReportAnswer' });
export type JobReportAnswer = z.infer<typeof JobReportAnswer>;

export const reportJobs = route({
  name: 'reportJobs',
  summary: 'Heartbeat of a pilot: one message for all its jobs, with their changes of state and new output',
  method: 'POST',
  path: '/pilots/report',
  body: z
    .strictObject({
      jobs: z.array(JobReport).max(1024),
      /** True with the last message of a pilot that ends on purpose. */
      ending: z.boolean().optional(),
    })
    .meta({ id: 'PilotReport' }),
  returns: z
    .object({
      jobs: z.array(JobReportAnswer),
      /** When to report next if nothing changes before; every pilot is told another, so that they do not come all at once. */
      nextReportMs: z.number().int(),
      stop: z.boolean(),
    })
    .meta({ id: 'PilotReportAnswer' }),
  errors: ['BadRequest', 'StalePilot'],
});
