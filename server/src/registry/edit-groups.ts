import { ContractError, voManagerMayGrant } from '@diraclab/contract';
import type { Group, RegistryEdit, Vo } from '@diraclab/contract';
import { canonical } from './canonical.ts';
import { mustOperate, mustReach, noSuch, notYours } from './registry-draft.ts';
import type { Editor, RegistryDraft } from './registry-draft.ts';
import { groupKey } from './registry-store.ts';

type Change<Name> = Extract<RegistryEdit, { change: Name }>;

/** A manager changes title, default group, share and quotas; where members come from is between the operator and the provider. */
export async function putVo(draft: RegistryDraft, { vo }: Change<'putVo'>, editor: Editor): Promise<void> {
  mustReach(editor, vo.name);
  const before = await draft.find('vo', vo.name);
  if (!editor.everything && before === undefined) throw noSuch(`VO ${vo.name}`);
  if (!editor.everything && !sameEntitlement(before, vo)) throw notYours('Only operators change which entitlements admit to a VO');
  draft.put('vo', vo.name, vo);
}

const sameEntitlement = (a: Vo | undefined, b: Vo): boolean => canonical(a?.entitlement) === canonical(b.entitlement);

export async function removeVo(draft: RegistryDraft, { name }: Change<'removeVo'>, editor: Editor): Promise<void> {
  mustOperate(editor, 'remove VOs');
  if ((await draft.find('vo', name)) === undefined) throw noSuch(`VO ${name}`);
  const stored = await draft.db.selectFrom('registry_entries').select('name').where('kind', '=', 'group').where('name', 'like', `${name}/%`).where('until_version', 'is', null).execute(); // prettier-ignore
  for (const group of stored)
    if ((await draft.find('group', group.name)) !== undefined)
      throw new ContractError('BadRequest', `The VO ${name} still has the group ${group.name}; nothing was changed.`, {
        next: 'Remove its groups first.',
      });
  draft.put('vo', name, undefined);
}

/** Which groups a manager may touch: those whose rights end at the VO. Otherwise adding oneself to one would be the way up. */
export function mustBeWithinVo(editor: Editor, group: Group | undefined): void {
  const beyond = group?.properties.find((property) => !voManagerMayGrant.includes(property));
  if (!editor.everything && beyond !== undefined)
    throw notYours(`The group ${group?.name} has the property ${beyond}, which reaches beyond a VO: only operators change it`);
}

export async function putGroup(draft: RegistryDraft, { group }: Change<'putGroup'>, editor: Editor): Promise<void> {
  mustReach(editor, group.vo);
  if ((await draft.find('vo', group.vo)) === undefined) throw noSuch(`VO ${group.vo}`);
  const key = groupKey(group.vo, group.name);
  mustBeWithinVo(editor, await draft.find('group', key));
  mustBeWithinVo(editor, group);
  if (group.properties.includes('EndUserSubmission'))
    throw new ContractError('BadRequest', 'EndUserSubmission is a right of robots, not of groups; nothing was changed.');
  draft.put('group', key, group);
}

export async function removeGroup(draft: RegistryDraft, { vo, name }: Change<'removeGroup'>, editor: Editor): Promise<void> {
  mustReach(editor, vo);
  const key = groupKey(vo, name);
  const group = await draft.find('group', key);
  if (group === undefined) throw noSuch(`group ${name} in ${vo}`);
  mustBeWithinVo(editor, group);
  for (const person of await draft.membersOf(vo, name)) {
    const memberships = person.memberships.filter((one) => one.vo !== vo || one.ownerGroup !== name);
    draft.put('person', person.owner, { ...person, memberships });
  }
  draft.put('group', key, undefined);
}
