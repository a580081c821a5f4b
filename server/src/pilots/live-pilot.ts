import { ContractError } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { livePilotStatuses, readPilot } from './pilot-store.ts';
import type { PilotRow } from './pilot-store.ts';

/** A pilot that was given up stays given up, however well it feels: its jobs are others' now, and its token opens no door any more. */
export async function livePilot(database: Database, caller: Caller): Promise<PilotRow> {
  const pilot = caller.pilotId === undefined ? undefined : await readPilot(database.read, caller.pilotId);
  if (pilot === undefined || !livePilotStatuses.includes(pilot.status)) {
    throw new ContractError('StalePilot', `Pilot ${caller.pilotId ?? 'without a number'} was given up by the server.`, {
      next: 'The pilot must end; what it held is matched again.',
    });
  }
  return pilot;
}
