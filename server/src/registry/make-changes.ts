import { ContractError } from '@diraclab/contract';
import type { RegistryEdit } from '@diraclab/contract';
import type { Db } from '../database/port.ts';
import { putGroup, putVo, removeGroup, removeVo } from './edit-groups.ts';
import { addMember, putOwner, removeMember, removeOwner, setSuspension } from './edit-people.ts';
import { checkMemberships, RegistryDraft } from './registry-draft.ts';
import type { Editor } from './registry-draft.ts';
import type { Edit } from './registry-store.ts';

/** What these changes make of the registry; the first that may not be, or cannot be, ends it. */
export async function makeChanges(db: Db, changes: readonly RegistryEdit[], editor: Editor): Promise<Edit[]> {
  const draft = new RegistryDraft(db);
  for (const change of changes) await make(draft, change, editor);
  await checkMemberships(draft);
  return draft.edits();
}

function make(draft: RegistryDraft, change: RegistryEdit, editor: Editor): Promise<void> {
  switch (change.change) {
    case 'putVo':
      return putVo(draft, change, editor);
    case 'removeVo':
      return removeVo(draft, change, editor);
    case 'putGroup':
      return putGroup(draft, change, editor);
    case 'removeGroup':
      return removeGroup(draft, change, editor);
    case 'addMember':
      return addMember(draft, change, editor);
    case 'removeMember':
      return removeMember(draft, change, editor);
    case 'suspend':
      return setSuspension(draft, change, { reason: change.reason, by: editor.owner, since: editor.time }, editor);
    case 'lift':
      return setSuspension(draft, change, undefined, editor);
    case 'putPerson':
      return putOwner(draft, 'person', change.person, editor);
    case 'removePerson':
      return removeOwner(draft, 'person', change.owner, editor);
    case 'putRobot':
      return putOwner(draft, 'robot', change.robot, editor);
    case 'removeRobot':
      return removeOwner(draft, 'robot', change.owner, editor);
  }
}

/** Somebody who read version n and changes an entry that is another since then, would undo what they never saw. */
export async function mustBeUnchanged(db: Db, edits: readonly Edit[], ifVersion: number | undefined): Promise<void> {
  if (ifVersion === undefined) return;
  for (const { kind, name } of edits) {
    const later = await db
      .selectFrom('registry_entries')
      .select('since_version')
      .where('kind', '=', kind)
      .where('name', '=', name)
      .where((eb) => eb.or([eb('since_version', '>', ifVersion), eb('until_version', '>', ifVersion)]))
      .executeTakeFirst();
    if (later !== undefined)
      throw new ContractError('RegistryChanged', `The ${kind} ${name} was changed after version ${ifVersion}; nothing was changed.`, {
        next: 'Read it again, look at what is other, and repeat with the version that you read.',
      });
  }
}
