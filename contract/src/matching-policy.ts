import { z } from 'zod';
import { Instant } from './paging';
import { route } from './route';
import { oneLine } from './texts';

/** A VO, a group, an owner, a site or a tag, where they are keys. */
const Key = oneLine(128).min(1);
/** DIRAC's JobShare: relative, so that 2000 beside 1000 is two of three. */
const Share = z.number().int().min(1).max(1_000_000);
export const defaultJobShare = 1000;

/** A site that takes no jobs (DIRAC's Banned) with the reason that is shown to whoever waits for it. Every other site is Active. */
const BannedSiteReasons = z.record(Key, oneLine(500).min(1)).refine((sites) => Object.keys(sites).length <= 10_000, 'at most 10,000 sites');

/** What a VO decides about its own jobs. */
export const VoMatchingPolicy = z
  .strictObject({
    /** Share of each group of the VO, 1000 where nothing is said. Owners share their group's equally. */
    groupShares: z.record(Key, Share),
    /** Jobs that need one of these tags come before all others of the VO, within the VO's own share. */
    highPriorityTags: z.array(Key).max(100),
    /** Sites that take no jobs of this VO. */
    bannedSites: BannedSiteReasons,
  })
  .meta({ id: 'VoMatchingPolicy' });
export type VoMatchingPolicy = z.infer<typeof VoMatchingPolicy>;

/** Which jobs a limit counts: all that are said must agree; nothing said is every job of the site. */
export const LimitedJobs = z
  .strictObject({ vo: Key.optional(), ownerGroup: Key.optional(), owner: Key.optional(), jobType: Key.optional() })
  .meta({ id: 'LimitedJobs' });
export type LimitedJobs = z.infer<typeof LimitedJobs>;

/** DIRAC's RunningLimit and MatchingDelay. */
export const SiteLimit = z
  .strictObject({
    site: Key,
    jobs: LimitedJobs,
    /** At most so many of them matched, running or stalled at once. */
    running: z.number().int().min(0).max(10_000_000).optional(),
    /** So long between two matches of them … */
    delayS: z.number().min(0.001).max(86_400).optional(),
    /** … after so many at once; 1 where nothing is said. */
    burst: z.number().int().min(1).max(10_000).optional(),
  })
  .refine(({ running, delayS }) => running !== undefined || delayS !== undefined, 'must have "running" or "delayS"')
  .refine(({ delayS, burst }) => burst === undefined || delayS !== undefined, { message: 'belongs to "delayS"', path: ['burst'] })
  .meta({ id: 'SiteLimit' });
export type SiteLimit = z.infer<typeof SiteLimit>;

/** DIRAC's share corrector: who used more than its share of late gets less now, who used less gets more. */
export const ShareCorrector = z
  .strictObject({
    /** Compares VOs with each other, or the groups of each VO. */
    across: z.enum(['vos', 'groups']),
    measure: z.enum(['cpuTime', 'jobs']),
    /** Seconds looked back; several slices make a window that decays. */
    timeSpanS: z
      .number()
      .int()
      .min(600)
      .max(31 * 86_400),
    weight: z.number().min(0.01).max(100),
    /** A share is multiplied or divided by this at most. */
    maxCorrection: z.number().min(1).max(100),
  })
  .meta({ id: 'ShareCorrector' });
export type ShareCorrector = z.infer<typeof ShareCorrector>;

/** What the operator of the service decides. */
export const OperatorMatchingPolicy = z
  .strictObject({
    /** Between VOs, on pilots that serve several. */
    voShares: z.record(Key, Share),
    bannedSites: BannedSiteReasons,
    limits: z.array(SiteLimit).max(1000),
    correctors: z.array(ShareCorrector).max(10),
  })
  .meta({ id: 'OperatorMatchingPolicy' });
export type OperatorMatchingPolicy = z.infer<typeof OperatorMatchingPolicy>;

export const noVoPolicy: VoMatchingPolicy = { groupShares: {}, highPriorityTags: [], bannedSites: {} };
export const noOperatorPolicy: OperatorMatchingPolicy = { voShares: {}, bannedSites: {}, limits: [], correctors: [] };

const stored = { version: z.number().int(), author: z.string().nullable(), time: Instant.nullable() };
const StoredVoPolicy = z.object({ vo: z.string(), ...stored, policy: VoMatchingPolicy }).meta({ id: 'StoredVoMatchingPolicy' });
export type StoredVoPolicy = z.infer<typeof StoredVoPolicy>;
const StoredOperatorPolicy = z.object({ ...stored, policy: OperatorMatchingPolicy }).meta({ id: 'StoredOperatorMatchingPolicy' });
export type StoredOperatorPolicy = z.infer<typeof StoredOperatorPolicy>;

/** Version 0 is the one before anybody wrote any; without `version`, the newest. */
const VersionQuery = z.strictObject({ version: z.coerce.number().int().min(0).optional() });
/** The version this change was made from: if another was saved since, it is refused. */
const ifVersion = z.number().int().min(0);

export const getVoMatchingPolicy = route({
  name: 'getVoMatchingPolicy',
  summary: "The matching policy of the caller's VO",
  method: 'GET',
  path: '/matching/policy/vo',
  query: VersionQuery,
  returns: StoredVoPolicy,
  errors: ['BadRequest', 'NotFound'],
});

export const saveVoMatchingPolicy = route({
  name: 'saveVoMatchingPolicy',
  summary: "Change the matching policy of the caller's VO; servers that run take it up within seconds",
  method: 'PUT',
  path: '/matching/policy/vo',
  body: z.strictObject({ ifVersion, policy: VoMatchingPolicy }).meta({ id: 'VoMatchingPolicyChange' }),
  returns: StoredVoPolicy,
  errors: ['BadRequest', 'VersionConflict'],
});

export const getOperatorMatchingPolicy = route({
  name: 'getOperatorMatchingPolicy',
  summary: "The operator's matching policy",
  method: 'GET',
  path: '/matching/policy/operator',
  query: VersionQuery,
  returns: StoredOperatorPolicy,
  errors: ['BadRequest', 'NotFound'],
});

export const saveOperatorMatchingPolicy = route({
  name: 'saveOperatorMatchingPolicy',
  summary: "Change the operator's matching policy; servers that run take it up within seconds",
  method: 'PUT',
  path: '/matching/policy/operator',
  body: z.strictObject({ ifVersion, policy: OperatorMatchingPolicy }).meta({ id: 'OperatorMatchingPolicyChange' }),
  returns: StoredOperatorPolicy,
  errors: ['BadRequest', 'VersionConflict'],
});

export const getSiteMask = route({
  name: 'getSiteMask',
  summary: "Sites that take no jobs of the caller's VO, by whom and why; all others are Active",
  method: 'GET',
  path: '/matching/site-mask',
  returns: z
    .object({ banned: z.array(z.object({ site: z.string(), by: z.enum(['operator', 'vo']), reason: z.string() })) })
    .meta({ id: 'SiteMask' }),
  errors: [],
});

export const PolicyPreview = z
  .object({
    /** How many claims were tried out, and on how many pilots' last offers; with no pilot alive, on one that takes anything. */
    claims: z.number().int(),
    pilots: z.number().int(),
    groups: z.array(
      z.object({
        vo: z.string(),
        ownerGroup: z.string(),
        waiting: z.number().int(),
        /** Part of the next claims, 0 to 1, as it is and as it would be. */
        partNow: z.number(),
        partThen: z.number(),
      }),
    ),
    /** Queues that would be served otherwise, the ones that move most first, at most 200. */
    queues: z.array(
      z.object({
        taskQueueId: z.number().int(),
        ownerGroup: z.string(),
        owner: z.string(),
        tags: z.array(z.string()),
        waiting: z.number().int(),
        /** Number of the claim that takes its first job; null where none of these does. */
        firstNow: z.number().int().nullable(),
        firstThen: z.number().int().nullable(),
        jobsNow: z.number().int(),
        jobsThen: z.number().int(),
      }),
    ),
  })
  .meta({ id: 'PolicyPreview' });
export type PolicyPreview = z.infer<typeof PolicyPreview>;

export const previewMatchingPolicy = route({
  name: 'previewMatchingPolicy',
  summary: 'What a policy would change for the next claims, before it is saved; shows the own VO only, unless the operator asks',
  method: 'POST',
  path: '/matching/policy/preview',
  body: z
    .strictObject({
      vo: VoMatchingPolicy.optional(),
      /** Only the operator may try this out. */
      operator: OperatorMatchingPolicy.optional(),
      claims: z.number().int().min(1).max(10_000).optional(),
    })
    .meta({ id: 'PolicyPreviewQuestion' }),
  returns: PolicyPreview,
  errors: ['BadRequest', 'NotAllowed'],
});
