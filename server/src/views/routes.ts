import * as contract from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { Doors } from '../http/answer.ts';
import { actsOnJobs, readsJobs } from '../identity/policies.ts';
import { deleteView, listViews, saveView } from './save-view.ts';

export function viewDoors(doors: Doors, database: Database): void {
  doors.answer(contract.listViews, { may: readsJobs, does: async (_, caller) => ({ views: await listViews(database, caller) }) });
  doors.answer(contract.saveView, { may: actsOnJobs, does: ({ body }, caller) => saveView(database, body, caller) });
  doors.answer(contract.deleteView, { may: actsOnJobs, does: ({ body }, caller) => deleteView(database, body.name, caller) });
}
