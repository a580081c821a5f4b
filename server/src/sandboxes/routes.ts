import { findMissingFiles, uploadSandboxFile } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { Doors } from '../http/answer.ts';
import type { Caller } from '../identity/caller.ts';
import { sendsFiles } from '../identity/policies.ts';
import { livePilot } from '../pilots/live-pilot.ts';
import { findMissingOf, holderOf, renewFiles } from './sandbox-rows.ts';
import type { SandboxStore } from './sandbox-store.ts';

export function sandboxDoors(doors: Doors, database: Database, sandboxes: SandboxStore): void {
  const mustLive = async (caller: Caller): Promise<void> => void (caller.kind === 'pilot' && (await livePilot(database, caller)));
  doors.answer(findMissingFiles, {
    may: sendsFiles,
    does: async ({ body }, caller) => {
      await mustLive(caller);
      const missing = await findMissingOf(database.read, holderOf(caller), body.digests);
      const absent = new Set(missing);
      await renewFiles(
        database,
        body.digests.filter((digest) => !absent.has(digest)),
      );
      return { missing };
    },
  });
  doors.takeBytes(uploadSandboxFile, {
    may: sendsFiles,
    does: async ({ params }, caller, body, sizeBytes) => {
      await mustLive(caller);
      return sandboxes.take(params.digest, body, sizeBytes, holderOf(caller));
    },
  });
}
