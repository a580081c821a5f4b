import { ContractError } from '@diraclab/contract';
import type { Person } from '@diraclab/contract';
import type { Db } from '../database/port.ts';
import type { EntryKind } from '../database/tables.ts';
import { groupKey, readEntry } from './registry-store.ts';
import type { Edit, EntryOf } from './registry-store.ts';

/** Who changes the registry, and how far that reaches. */
export interface Editor {
  owner: string;
  /** The VO whose manager this is. */
  vo: string;
  /** Operators: everything. */
  everything: boolean;
  /** Instant of the change. */
  time: string;
}

/** The registry while changes are made: what the changes before this one left, over what is stored. */
export class RegistryDraft {
  readonly db: Db;
  readonly #edits = new Map<string, Edit>();

  constructor(db: Db) {
    this.db = db;
  }

  async find<K extends EntryKind>(kind: K, name: string): Promise<EntryOf<K> | undefined> {
    const edited = this.#edits.get(`${kind}:${name}`);
    if (edited !== undefined) return edited.body as EntryOf<K> | undefined;
    return (await readEntry(this.db, kind, name))?.body;
  }

  put<K extends EntryKind>(kind: K, name: string, body: EntryOf<K> | undefined): void {
    this.#edits.set(`${kind}:${name}`, { kind, name, body } as Edit);
  }

  edits(): Edit[] {
    return [...this.#edits.values()];
  }

  /** Owners whose current entries or drafts are in a group. */
  async membersOf(vo: string, ownerGroup: string): Promise<Person[]> {
    const rows = await this.db.selectFrom('members').select('owner').where('vo', '=', vo).where('owner_group', '=', ownerGroup).execute();
    const owners = new Set([
      ...rows.map(({ owner }) => owner),
      ...this.edits().flatMap(({ kind, name }) => (kind === 'person' ? name : [])),
    ]);
    const people = await Promise.all([...owners].map((owner) => this.find('person', owner)));
    return people.filter((person) => person?.memberships.some((one) => one.vo === vo && one.ownerGroup === ownerGroup)) as Person[];
  }
}

export const noSuch = (what: string): ContractError =>
  new ContractError('NotFound', `There is no ${what}; nothing was changed.`, { next: 'readRegistry and listPeople say what there is.' });

export const notYours = (what: string): ContractError =>
  new ContractError('NotAllowed', `${what}; nothing was changed.`, { next: 'Ask an operator of this service.' });

/** A manager has one VO; all others are as if they were not there. */
export function mustReach(editor: Editor, vo: string): void {
  if (!editor.everything && editor.vo !== vo) throw noSuch(`VO ${vo}`);
}

export function mustOperate(editor: Editor, what: string): void {
  if (!editor.everything) throw notYours(`Only operators ${what}`);
}

/** Memberships must be of groups that there are, or a group made later would have members that nobody put there. */
export async function checkMemberships(draft: RegistryDraft): Promise<void> {
  const exists = new Map<string, boolean>();
  for (const { kind, name, body } of draft.edits()) {
    if (body === undefined || (kind !== 'person' && kind !== 'robot')) continue;
    const memberships = 'memberships' in body ? body.memberships : 'ownerGroup' in body ? [body] : [];
    for (const { vo, ownerGroup } of memberships as { vo: string; ownerGroup: string }[]) {
      const key = groupKey(vo, ownerGroup);
      if (!exists.has(key)) exists.set(key, (await draft.find('group', key)) !== undefined);
      if (exists.get(key) === false)
        throw new ContractError(
          'BadRequest',
          `${name} is said to be in ${ownerGroup} of ${vo}, and there is no such group; nothing was changed.`,
        );
    }
  }
  for (const { kind, name, body } of draft.edits())
    if (kind === 'group' && body !== undefined && 'vo' in body && (await draft.find('vo', body.vo)) === undefined)
      throw new ContractError('BadRequest', `The group ${name} is of a VO that is not there; nothing was changed.`);
}
