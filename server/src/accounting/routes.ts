import * as contract from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { Doors } from '../http/answer.ts';
import { readsJobs } from '../identity/policies.ts';
import { reportUsage } from './report-usage.ts';

export function accountingDoors(doors: Doors, database: Database): void {
  doors.answer(contract.reportUsage, { may: readsJobs, does: ({ body }, caller) => reportUsage(database, body, caller) });
}
