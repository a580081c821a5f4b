import { findMissingFiles, uploadSandboxFile } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { Doors } from '../http/answer.ts';
import { isUserOrPilot } from '../identity/caller.ts';
import type { Caller } from '../identity/caller.ts';
import { livePilot } from '../pilots/live-pilot.ts';
import { findMissing, renewFiles } from './sandbox-rows.ts';
import type { SandboxStore } from './sandbox-store.ts';

export function sandboxDoors(doors: Doors, database: Database, sandboxes: SandboxStore): void {
  const mustLive = async (caller: Caller): Promise<void> => void (caller.kind === 'pilot' && (await livePilot(database, caller)));
  doors.answer(findMissingFiles, {
    may: isUserOrPilot,
    does: async ({ body }, caller) => {
      await mustLive(caller);
      await renewFiles(database, body.digests);
      return { missing: await findMissing(database.read, body.digests) };
    },
  });
  doors.takeBytes(uploadSandboxFile, {
    may: isUserOrPilot,
    does: async ({ params }, caller, body, sizeBytes) => {
      await mustLive(caller);
      return sandboxes.take(params.digest, body, sizeBytes);
    },
  });
}
