import * as contract from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { Doors } from '../http/answer.ts';
import { isUser } from '../identity/caller.ts';
import { deleteView, listViews, saveView } from './save-view.ts';

export function viewDoors(doors: Doors, database: Database): void {
  doors.answer(contract.listViews, { may: isUser, does: async (_, caller) => ({ views: await listViews(database, caller) }) });
  doors.answer(contract.saveView, { may: isUser, does: ({ body }, caller) => saveView(database, body, caller) });
  doors.answer(contract.deleteView, { may: isUser, does: ({ body }, caller) => deleteView(database, body.name, caller) });
}
