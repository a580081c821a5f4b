import { ContractError } from '@diraclab/contract';
import type { Identity, Person, RegistryEdit, Robot, Suspension } from '@diraclab/contract';
import { mustBeWithinVo } from './edit-groups.ts';
import { freeOwner, safeOwner } from './owner-names.ts';
import { findPerson, takenOwners } from './people-store.ts';
import { mustOperate, mustReach, noSuch, notYours } from './registry-draft.ts';
import type { Editor, RegistryDraft } from './registry-draft.ts';
import { groupKey } from './registry-store.ts';

type Change<Name> = Extract<RegistryEdit, { change: Name }>;

const isIn = (person: Person, vo: string): boolean => person.memberships.some((one) => one.vo === vo);

/** Somebody of the editor's VO. Who is in another is, for a manager, as absent as who is nowhere. */
async function findWithin(draft: RegistryDraft, owner: string, vo: string | undefined, editor: Editor): Promise<Person> {
  const person = await draft.find('person', owner);
  const within = person !== undefined && (editor.everything || isIn(person, editor.vo));
  if (!within) throw noSuch(`user ${owner}${vo === undefined ? '' : ` in ${vo}`}`);
  return person;
}

async function mustHaveGroup(draft: RegistryDraft, vo: string, ownerGroup: string, editor: Editor): Promise<void> {
  mustReach(editor, vo);
  const group = await draft.find('group', groupKey(vo, ownerGroup));
  if (group === undefined) throw noSuch(`group ${ownerGroup} in ${vo}`);
  mustBeWithinVo(editor, group);
}

export async function addMember(draft: RegistryDraft, change: Change<'addMember'>, editor: Editor): Promise<void> {
  const { vo, ownerGroup, owner, identity } = change;
  await mustHaveGroup(draft, vo, ownerGroup, editor);
  if ((owner === undefined) === (identity === undefined))
    throw new ContractError('BadRequest', 'A new member is named by "owner" or by "identity", not by both; nothing was changed.');
  const person = owner === undefined ? await findOrMake(draft, identity as Identity, change) : await findWithin(draft, owner, vo, editor);
  const others = person.memberships.filter((one) => one.vo !== vo || one.ownerGroup !== ownerGroup);
  draft.put('person', person.owner, { ...person, memberships: [...others, { vo, ownerGroup, from: 'registry' }] });
}

async function findOrMake(draft: RegistryDraft, identity: Identity, { name, email }: Change<'addMember'>): Promise<Person> {
  const known = await findPerson(draft.db, identity);
  if (known?.kind === 'robot') throw new ContractError('BadRequest', 'This identity is a robot; nothing was changed.');
  const person = known === undefined ? undefined : await draft.find('person', known.owner);
  if (person !== undefined) return person;
  const drafted = new Set(draft.edits().map((edit) => edit.name.toLowerCase()));
  const taken = async (names: readonly string[]) => new Set([...(await takenOwners(draft.db, names)), ...drafted]);
  const owner = await freeOwner(safeOwner(undefined, name, email), taken);
  return {
    owner,
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    identities: [identity],
    memberships: [],
  };
}

export async function removeMember(draft: RegistryDraft, { vo, ownerGroup, owner }: Change<'removeMember'>, editor: Editor): Promise<void> {
  await mustHaveGroup(draft, vo, ownerGroup, editor);
  const person = await findWithin(draft, owner, vo, editor);
  const membership = person.memberships.find((one) => one.vo === vo && one.ownerGroup === ownerGroup);
  if (membership === undefined) throw noSuch(`user ${owner} in ${ownerGroup} of ${vo}`);
  if (membership.from === 'entitlement')
    throw new ContractError('BadRequest', `${owner} is in ${ownerGroup} by word of the identity provider, which would put them back; nothing was changed.`, {
      next: 'Take the role away there, or suspend the member here.',
    }); // prettier-ignore
  draft.put('person', owner, { ...person, memberships: person.memberships.filter((one) => one !== membership) });
}

/** `undefined` lifts it. */
export async function setSuspension(
  draft: RegistryDraft,
  { owner, vo, endUser }: Pick<Change<'suspend'>, 'owner' | 'vo' | 'endUser'>,
  suspension: Suspension | undefined,
  editor: Editor,
): Promise<void> {
  if (vo !== undefined) mustReach(editor, vo);
  const robot = await draft.find('robot', owner);
  if (robot !== undefined && (editor.everything || robot.vo === editor.vo)) {
    draft.put('robot', owner, endUser === undefined ? whole(robot, suspension) : withEndUser(robot, endUser, suspension));
    return;
  }
  if (endUser !== undefined) throw noSuch(`robot ${owner}`);
  const person = await findWithin(draft, owner, vo, editor);
  if (vo === undefined && !editor.everything) throw notYours('Only operators suspend somebody in all VOs; name your VO');
  draft.put('person', owner, vo === undefined ? whole(person, suspension) : withVo(person, vo, suspension));
}

function whole<T extends Person | Robot>({ suspended: _before, ...rest }: T, suspended: Suspension | undefined): T {
  return { ...rest, ...(suspended === undefined ? {} : { suspended }) } as T;
}

function withVo({ suspendedIn = [], ...person }: Person, vo: string, suspension: Suspension | undefined): Person {
  const all = [...suspendedIn.filter((one) => one.vo !== vo), ...(suspension === undefined ? [] : [{ ...suspension, vo }])];
  return { ...person, ...(all.length === 0 ? {} : { suspendedIn: all }) };
}

function withEndUser({ suspendedEndUsers = [], ...robot }: Robot, endUser: string, suspension: Suspension | undefined): Robot {
  const others = suspendedEndUsers.filter((one) => one.endUser !== endUser);
  const all = [...others, ...(suspension === undefined ? [] : [{ ...suspension, endUser }])];
  return { ...robot, ...(all.length === 0 ? {} : { suspendedEndUsers: all }) };
}

export async function putOwner(draft: RegistryDraft, kind: 'person' | 'robot', body: Person | Robot, editor: Editor): Promise<void> {
  mustOperate(editor, `write a ${kind} as such`);
  if ((await draft.find(kind === 'person' ? 'robot' : 'person', body.owner)) !== undefined)
    throw new ContractError('BadRequest', `${body.owner} is the name of a ${kind === 'person' ? 'robot' : 'person'}; nothing was changed.`);
  draft.put(kind, body.owner, body as never);
}

export async function removeOwner(draft: RegistryDraft, kind: 'person' | 'robot', owner: string, editor: Editor): Promise<void> {
  mustOperate(editor, `remove a ${kind}`);
  if ((await draft.find(kind, owner)) === undefined) throw noSuch(`${kind} ${owner}`);
  draft.put(kind, owner, undefined);
}
