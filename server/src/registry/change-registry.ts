import { ContractError } from '@diraclab/contract';
import type { Person, Robot } from '@diraclab/contract';
import { isUniqueViolation } from '../database/port.ts';
import type { Tx } from '../database/port.ts';
import { audit } from '../audit/audit.ts';
import type { Actor } from '../audit/audit.ts';
import { canonical } from './canonical.ts';
import { findPerson, releaseIdentities, writeBelongings } from './people-store.ts';
import { readEntry, takeVersion, writeEntries } from './registry-store.ts';
import type { Edit, EntryBody } from './registry-store.ts';

export interface RegistryChange {
  version: number;
  /** Entries that are other than they were. */
  edits: readonly Edit[];
}

/**
 * The only way to change the registry: one version for all edits, with who, when and what. `decide` runs when no other change can come in
 * between, so that what it read still holds when its edits are written; edits that change nothing are left out, and none at all is no version.
 */
export async function changeRegistry(
  tx: Tx,
  actor: Actor,
  note: string,
  nowMs: number,
  decide: () => Promise<readonly Edit[]>,
): Promise<RegistryChange> {
  const version = await takeVersion(tx);
  const edits: Edit[] = [];
  for (const edit of await decide()) {
    const before = await readEntry(tx, edit.kind, edit.name);
    if (!same(before?.body, edit.body)) edits.push(edit);
  }
  if (edits.length === 0) {
    await tx
      .updateTable('registry_state')
      .set({ version: version - 1 })
      .execute();
    return { version: version - 1, edits };
  }
  await writeEntries(tx, version, edits);
  await tx
    .insertInto('registry_versions')
    .values({
      version,
      time_ms: nowMs,
      by_owner: actor.owner,
      by_person_id: actor.personId ?? null,
      by_token_id: actor.tokenId ?? null,
      note: note.slice(0, 500),
    })
    .execute();
  const owners = edits.flatMap(({ kind, name, body }) =>
    kind === 'person' || kind === 'robot' ? [{ owner: name, kind, body: body as Person | Robot | undefined }] : [],
  );
  // All of them first: an identity may pass from one to the other.
  for (const { owner } of owners) await releaseIdentities(tx, owner);
  for (const { owner, kind, body } of owners) await writeOwner(tx, owner, kind, body);
  await audit(tx, [{ act: 'registryChange', actor, n: edits.length, detail: describe(version, edits) }], nowMs);
  return { version, edits };
}

async function writeOwner(tx: Tx, owner: string, kind: 'person' | 'robot', body: Person | Robot | undefined): Promise<void> {
  for (const identity of body?.identities ?? []) {
    const other = await findPerson(tx, identity);
    if (other !== undefined && other.owner !== owner)
      throw new ContractError('BadRequest', `The identity ${identity.subject} of ${identity.issuer} is ${other.owner}'s already.`, {
        next: 'Take it from there first; nothing was changed.',
      });
  }
  try {
    await writeBelongings(tx, owner, kind, body);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new ContractError('BadRequest', `${owner} cannot be told from another user's name, or has an identity twice.`, { cause: error });
  }
}

/** Without regard to the order of keys. */
const same = (a: EntryBody | undefined, b: EntryBody | undefined): boolean => canonical(a) === canonical(b);

/** The audit trail names the entries; the versions hold them. */
function describe(version: number, edits: readonly Edit[]): string {
  const names = edits.slice(0, 20).map(({ kind, name, body }) => `${body === undefined ? '-' : '+'}${kind}:${name}`);
  return `version ${version}: ${names.join(' ')}${edits.length > 20 ? ` and ${edits.length - 20} more` : ''}`;
}
