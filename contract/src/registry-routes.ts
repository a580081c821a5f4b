import { z } from 'zod';
import { Cursor, Instant } from './paging';
import { Group, GroupName, Identity, OwnerName, Person, RegistryFile, Robot, Suspension, Vo, VoName } from './registry';
import { route } from './route';
import { oneLine } from './texts';

const Version = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const readRegistry = route({
  name: 'readRegistry',
  summary: 'VOs, groups and robots: the own VO for its manager, all for operators; also as they were at an earlier version',
  method: 'GET',
  path: '/registry',
  query: z.strictObject({ version: Version.optional() }),
  returns: z
    .object({ version: z.number().int(), vos: z.array(Vo), groups: z.array(Group), robots: z.array(Robot) })
    .meta({ id: 'RegistryView' }),
  errors: ['BadRequest', 'NotAllowed'],
});

export const listPeople = route({
  name: 'listPeople',
  summary: 'The members of a VO, with what concerns it; operators may ask for all people',
  method: 'GET',
  path: '/registry/people',
  query: z.strictObject({
    vo: VoName.optional(),
    /** The last owner of the page before. */
    after: OwnerName.optional(),
    limit: z.coerce.number().int().min(1).max(1000).optional(),
  }),
  returns: z.object({ people: z.array(Person), next: z.string().nullable() }).meta({ id: 'PeoplePage' }),
  errors: ['BadRequest', 'NotAllowed'],
});

const InGroup = { vo: VoName, ownerGroup: GroupName };

/** One change of the registry. Managers of a VO make those of their own VO; the ones about VOs, people and robots as such are for operators. */
export const RegistryEdit = z
  .discriminatedUnion('change', [
    z.strictObject({ change: z.literal('putVo'), vo: Vo }),
    z.strictObject({ change: z.literal('removeVo'), name: VoName }),
    z.strictObject({ change: z.literal('putGroup'), group: Group }),
    z.strictObject({ change: z.literal('removeGroup'), vo: VoName, name: GroupName }),
    /** Somebody of the VO by `owner`; somebody new by what the provider knows them by. */
    z.strictObject({
      change: z.literal('addMember'),
      ...InGroup,
      owner: OwnerName.optional(),
      identity: Identity.optional(),
      name: Person.shape.name,
      email: Person.shape.email,
    }),
    z.strictObject({ change: z.literal('removeMember'), ...InGroup, owner: OwnerName }),
    /** In one VO, or (operators) everywhere; with `endUser`, of a robot's end users this one alone. */
    z.strictObject({
      change: z.literal('suspend'),
      owner: OwnerName,
      vo: VoName.optional(),
      endUser: oneLine(255).min(1).optional(),
      reason: Suspension.shape.reason,
    }),
    z.strictObject({ change: z.literal('lift'), owner: OwnerName, vo: VoName.optional(), endUser: oneLine(255).min(1).optional() }),
    z.strictObject({ change: z.literal('putPerson'), person: Person }),
    z.strictObject({ change: z.literal('removePerson'), owner: OwnerName }),
    z.strictObject({ change: z.literal('putRobot'), robot: Robot }),
    z.strictObject({ change: z.literal('removeRobot'), owner: OwnerName }),
  ])
  .meta({ id: 'RegistryEdit' });
export type RegistryEdit = z.infer<typeof RegistryEdit>;

/** Refused where an entry of these changes was changed after this version. */
const IfVersion = z.number().int().min(0).optional();

export const changeRegistry = route({
  name: 'changeRegistry',
  summary: 'Change the registry: all of the changes or none, as one version',
  method: 'POST',
  path: '/registry/changes',
  body: z
    .strictObject({ ifVersion: IfVersion, note: oneLine(500).optional(), changes: z.array(RegistryEdit).min(1).max(1000) })
    .meta({ id: 'RegistryChanges' }),
  returns: z.object({ version: z.number().int(), changed: z.number().int() }).meta({ id: 'RegistryChanged' }),
  errors: ['BadRequest', 'NotAllowed', 'NotFound', 'RegistryChanged'],
});

export const RegistryVersion = z
  .object({
    version: z.number().int(),
    time: Instant,
    owner: z.string(),
    personId: z.number().int().nullable(),
    tokenId: z.string().nullable(),
    note: z.string(),
    /** Entries that are other since; null: there was or is none. */
    changes: z.array(
      z.object({ kind: z.enum(['vo', 'group', 'person', 'robot']), name: z.string(), before: z.unknown(), after: z.unknown() }),
    ),
  })
  .meta({ id: 'RegistryVersion' });
export type RegistryVersion = z.infer<typeof RegistryVersion>;

export const listRegistryVersions = route({
  name: 'listRegistryVersions',
  summary: 'Who changed what in the registry, newest first; a manager sees what concerns the own VO',
  method: 'GET',
  path: '/registry/versions',
  query: z.strictObject({ after: Cursor.optional(), limit: z.coerce.number().int().min(1).max(200).optional() }),
  returns: z.object({ versions: z.array(RegistryVersion), next: z.string().nullable() }).meta({ id: 'RegistryVersions' }),
  errors: ['BadRequest', 'NotAllowed'],
});

export const exportRegistry = route({
  name: 'exportRegistry',
  summary: 'All of the registry as one file, now or at an earlier version',
  method: 'GET',
  path: '/registry/export',
  query: z.strictObject({ version: Version.optional() }),
  returns: RegistryFile,
  errors: ['BadRequest', 'NotAllowed'],
});

export const importRegistry = route({
  name: 'importRegistry',
  summary: 'Make the registry what a file says (replace), or add what it says (merge)',
  method: 'POST',
  path: '/registry/import',
  body: z.strictObject({ ifVersion: IfVersion, how: z.enum(['replace', 'merge']), file: RegistryFile }).meta({ id: 'RegistryImport' }),
  returns: z.object({ version: z.number().int(), changed: z.number().int() }).meta({ id: 'RegistryImported' }),
  errors: ['BadRequest', 'NotAllowed', 'RegistryChanged'],
});
