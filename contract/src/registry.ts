import { z } from 'zod';
import { Instant } from './paging';
import { Property } from './session';
import { oneLine } from './texts';

/**
 * Who there is and what they may: VOs, their groups, people, robots. A file of all of it ({@link RegistryFile}) goes out and comes in again
 * without a difference, so there are no defaults in here: what is not said is not there.
 */
const name = (longest: number, what: string) =>
  z
    .string()
    .max(longest)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, `must be ${what}: letters, digits and . _ -`);
export const VoName = name(100, 'the name of a VO');
export const GroupName = name(100, 'the name of a group');
/** DIRAC's user name, which jobs carry: given once, never given to anybody else. */
export const OwnerName = name(64, 'a user name');

/** What identity providers know somebody by; `subject` means nothing without `issuer`. */
export const Identity = z.strictObject({ issuer: z.url({ protocol: /^https?$/ }).max(500), subject: oneLine(255).min(1) });
export type Identity = z.infer<typeof Identity>;

export const Suspension = z.strictObject({ reason: oneLine(500).min(1), by: oneLine(100), since: Instant }).meta({ id: 'Suspension' });
export type Suspension = z.infer<typeof Suspension>;

/** How `eduperson_entitlement` values (AARC-G002/G069) become groups: `<namespace>:group:<group>[:<subgroup>…][:role=<role>]#<authority>`. */
export const EntitlementRule = z
  .strictObject({
    /** Whose word counts: another provider that says the same says nothing. */
    issuers: z.array(Identity.shape.issuer).min(1).max(20),
    /** Such as `urn:mace:egi.eu`. */
    namespace: oneLine(200).regex(/^urn:[A-Za-z0-9][A-Za-z0-9-]{0,31}:[^\s#?]+$/i, 'must be a URN namespace, such as urn:mace:egi.eu'),
    /** The VO's name at the provider, where it has another. */
    group: oneLine(200).min(1).optional(),
    /** What may stand after `#`; an empty string: nothing. */
    authorities: z.array(oneLine(200)).min(1).max(20),
    /** Who has the role, in the VO itself or in the subgroup, is in the group. Without `role`: any member who is named without one. */
    roles: z
      .array(
        z.strictObject({
          role: oneLine(100).min(1).optional(),
          subgroup: z.array(oneLine(100).min(1)).max(10).optional(),
          ownerGroup: GroupName,
        }),
      )
      .max(200),
  })
  .meta({ id: 'EntitlementRule' });
export type EntitlementRule = z.infer<typeof EntitlementRule>;

const JobShare = z.number().int().min(0).max(1_000_000);

export const Vo = z
  .strictObject({
    name: VoName,
    title: oneLine(200).optional(),
    entitlement: EntitlementRule.optional(),
    defaultGroup: GroupName.optional(),
    jobShare: JobShare.optional(),
    quotas: z
      .strictObject({
        waitingJobs: z.number().int().min(0).optional(),
        runningJobs: z.number().int().min(0).optional(),
        storageBytes: z.number().int().min(0).optional(),
      })
      .optional(),
  })
  .meta({ id: 'Vo' });
export type Vo = z.infer<typeof Vo>;

export const Group = z
  .strictObject({
    vo: VoName,
    name: GroupName,
    properties: z.array(Property).max(50),
    jobShare: JobShare.optional(),
    /** DIRAC's AllowBackgroundTQs: jobs of priority 0 run only where nothing else can. */
    allowBackgroundTaskQueues: z.boolean().optional(),
  })
  .meta({ id: 'Group' });
export type Group = z.infer<typeof Group>;

export const RegisteredMembership = z.strictObject({
  vo: VoName,
  ownerGroup: GroupName,
  /** `entitlement`: the provider said so at the last sign-in, and the next may unsay it. */
  from: z.enum(['registry', 'entitlement']),
});
export type RegisteredMembership = z.infer<typeof RegisteredMembership>;

export const Person = z
  .strictObject({
    owner: OwnerName,
    name: oneLine(200).optional(),
    email: oneLine(254).optional(),
    identities: z.array(Identity).max(20),
    /** Of X.509 certificates, as DIRAC's registry has them. */
    distinguishedNames: z.array(oneLine(500)).max(20).optional(),
    memberships: z.array(RegisteredMembership).max(1000),
    suspended: Suspension.optional(),
    suspendedIn: z
      .array(Suspension.extend({ vo: VoName }))
      .max(200)
      .optional(),
  })
  .meta({ id: 'Person' });
export type Person = z.infer<typeof Person>;

/** A program with an identity of its own, such as a community's portal: one VO, one group, and only the rights that are named. */
export const Robot = z
  .strictObject({
    owner: OwnerName,
    title: oneLine(200).optional(),
    identities: z.array(Identity).max(20),
    vo: VoName,
    ownerGroup: GroupName,
    rights: z.array(z.enum(['EndUserSubmission'])).max(1),
    suspended: Suspension.optional(),
    /** End users of a portal that may not run jobs, while others of it do. */
    suspendedEndUsers: z
      .array(Suspension.extend({ endUser: oneLine(255).min(1) }))
      .max(10_000)
      .optional(),
  })
  .meta({ id: 'Robot' });
export type Robot = z.infer<typeof Robot>;

export const RegistryFile = z
  .strictObject({
    format: z.literal('diraclab-registry-1'),
    vos: z.array(Vo).max(10_000),
    groups: z.array(Group).max(100_000),
    people: z.array(Person).max(100_000),
    robots: z.array(Robot).max(10_000),
  })
  .meta({ id: 'RegistryFile' });
export type RegistryFile = z.infer<typeof RegistryFile>;

/** Properties that the manager of a VO may give to its groups. None of them reaches beyond the VO. */
export const voManagerMayGrant: readonly Property[] = [
  'NormalUser', 'JobSharing', 'JobAdministrator', 'JobMonitor', 'VOManager', 'ProductionManagement', 'ProductionSharing', 'ProductionUser',
  'FileCatalogManagement', 'StageAllowed', 'LimitedDelegation', 'PrivateLimitedDelegation',
]; // prettier-ignore
