import { ContractError } from '@diraclab/contract';
import * as contract from '@diraclab/contract';
import type { Database, Tx } from '../database/port.ts';
import { instant } from '../database/instant.ts';
import type { Doors } from '../http/answer.ts';
import type { Caller } from '../identity/caller.ts';
import { managesRegistry, operates } from '../identity/policies.ts';
import { changeRegistry } from './change-registry.ts';
import type { RegistryChange } from './change-registry.ts';
import { importEdits } from './import-edits.ts';
import { makeChanges, mustBeUnchanged } from './make-changes.ts';
import { readRegistryVersion } from './registry-store.ts';
import type { Edit } from './registry-store.ts';
import { exportRegistry } from './transfer.ts';
import { listPeople, listVersions, viewRegistry } from './views.ts';

export function registryDoors(doors: Doors, database: Database): void {
  const db = database.read;
  /** A manager sees the own VO and nothing else. */
  const within = (caller: Caller): string | undefined => (operates(caller) ? undefined : caller.vo);

  doors.answer(contract.readRegistry, {
    may: managesRegistry,
    does: async ({ query: { version } }, caller) => ({
      version: version ?? (await readRegistryVersion(db)),
      ...(await viewRegistry(db, within(caller), version)),
    }),
  });
  doors.answer(contract.listPeople, {
    may: managesRegistry,
    does: async ({ query: { vo, after = '', limit = 100 } }, caller) => {
      const own = within(caller);
      if (own !== undefined && vo !== undefined && vo !== own) return { people: [], next: null };
      return listPeople(db, own ?? vo, after, limit);
    },
  });
  doors.answer(contract.changeRegistry, {
    may: managesRegistry,
    does: async ({ body: { changes, ifVersion, note = '' } }, caller) => {
      const decide = (tx: Tx, nowMs: number): Promise<Edit[]> =>
        makeChanges(tx, changes, { owner: caller.owner, vo: caller.vo, everything: operates(caller), time: instant(nowMs) });
      return said(await change(database, caller, note, ifVersion, decide));
    },
  });
  doors.answer(contract.listRegistryVersions, {
    may: managesRegistry,
    does: ({ query: { after, limit = 50 } }, caller) => listVersions(db, within(caller), toVersion(after), limit),
  });
  doors.answer(contract.exportRegistry, { may: operates, does: ({ query: { version } }) => exportRegistry(db, version) });
  doors.answer(contract.importRegistry, {
    may: operates,
    does: async ({ body: { file, how, ifVersion } }, caller) =>
      said(await change(database, caller, `import (${how})`, ifVersion, (tx) => importEdits(tx, file, how))),
  });
}

const said = ({ version, edits }: RegistryChange) => ({ version, changed: edits.length });

function change(
  database: Database,
  caller: Caller,
  note: string,
  ifVersion: number | undefined,
  decide: (tx: Tx, nowMs: number) => Promise<Edit[]>,
): Promise<RegistryChange> {
  return database.transaction((tx, nowMs) =>
    changeRegistry(tx, caller, note, nowMs, async () => {
      const edits = await decide(tx, nowMs);
      await mustBeUnchanged(tx, edits, ifVersion);
      return edits;
    }),
  );
}

function toVersion(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new ContractError('BadRequest', 'The cursor does not belong to this list.', {
    next: 'Ask for the first page again, without "after".',
  });
}
