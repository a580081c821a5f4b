import { z } from 'zod';
import { Instant } from './paging';
import { route } from './route';

/** DIRAC's property names; the last two are ours: a VO's own manager, and a portal's robot that submits for its end users. */
export const propertyNames = [
  'NormalUser', 'JobSharing', 'JobAdministrator', 'JobMonitor', 'AccountingMonitor', 'GenericPilot', 'Pilot', 'Operator', 'ServiceAdministrator',
  'CSAdministrator', 'SiteManager', 'UserManager', 'TrustedHost', 'FullDelegation', 'LimitedDelegation', 'PrivateLimitedDelegation',
  'ProxyManagement', 'ProductionManagement', 'ProductionSharing', 'ProductionUser', 'PPGAuthority', 'BookkeepingManagement',
  'FileCatalogManagement', 'StageAllowed', 'VOManager', 'EndUserSubmission',
] as const; // prettier-ignore
export const Property = z.enum(propertyNames).meta({ id: 'Property' });
export type Property = z.infer<typeof Property>;

/** What a personal token may be narrowed to. */
export const scopeNames = ['jobs:read', 'jobs:write', 'data:read', 'data:write'] as const;
export const Scope = z.enum(scopeNames).meta({ id: 'Scope' });
export type Scope = z.infer<typeof Scope>;

export const Membership = z
  .object({ vo: z.string(), ownerGroup: z.string(), properties: z.array(Property), isDefault: z.boolean() })
  .meta({ id: 'Membership' });
export type Membership = z.infer<typeof Membership>;

export const whoAmI = route({
  name: 'whoAmI',
  summary: 'Who the server takes the caller for, and what it offers',
  method: 'GET',
  path: '/whoami',
  returns: z
    .object({
      owner: z.string(),
      ownerGroup: z.string(),
      vo: z.string(),
      properties: z.array(Property),
      /** Null where nobody signs in: on a laptop, and for pilots. */
      personId: z.number().int().nullable(),
      name: z.string(),
      tokenId: z.string().nullable(),
      tokenExpiresTime: Instant.nullable(),
      /** What a personal token is narrowed to; null: not narrowed. */
      scopes: z.array(Scope).nullable(),
      memberships: z.array(Membership),
      server: z.object({
        version: z.string(),
        mode: z.enum(['laptop', 'service']),
        startTime: z.string(),
        maxBulkJobs: z.number().int(),
        maxSandboxFileBytes: z.number().int(),
      }),
    })
    .meta({ id: 'WhoAmI' }),
  errors: [],
});

export const isLive = route({
  name: 'isLive',
  summary: 'The process answers',
  method: 'GET',
  path: '/health/live',
  returns: z.object({ status: z.literal('live'), version: z.string() }).meta({ id: 'Live' }),
  errors: [],
});

export const isReady = route({
  name: 'isReady',
  summary: 'The database answers and the queues are loaded',
  method: 'GET',
  path: '/health/ready',
  returns: z.object({ status: z.literal('ready'), database: z.enum(['sqlite', 'postgres']) }).meta({ id: 'Ready' }),
  errors: ['NotReady'],
});
