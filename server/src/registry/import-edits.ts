import type { RegistryFile } from '@diraclab/contract';
import type { Tx } from '../database/port.ts';
import { checkMemberships, RegistryDraft } from './registry-draft.ts';
import type { Edit } from './registry-store.ts';
import { editsToMerge, editsToReplace } from './transfer.ts';

/** What a file makes of the registry, if all its memberships are of groups that there are then. */
export async function importEdits(tx: Tx, file: RegistryFile, how: 'replace' | 'merge'): Promise<Edit[]> {
  const edits = how === 'merge' ? editsToMerge(file) : await editsToReplace(tx, file);
  const draft = new RegistryDraft(tx);
  for (const { kind, name, body } of edits) draft.put(kind, name, body);
  await checkMemberships(draft);
  return draft.edits();
}
