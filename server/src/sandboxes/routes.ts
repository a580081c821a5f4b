import { findMissingFiles, uploadSandboxFile } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { Doors } from '../http/answer.ts';
import { isUserOrPilot } from '../identity/caller.ts';
import { findMissing } from './sandbox-store.ts';
import type { SandboxStore } from './sandbox-store.ts';

export function sandboxDoors(doors: Doors, database: Database, sandboxes: SandboxStore): void {
  doors.answer(findMissingFiles, {
    may: isUserOrPilot,
    does: async ({ body }) => ({ missing: await findMissing(database.read, body.digests) }),
  });
  doors.takeBytes(uploadSandboxFile, {
    may: isUserOrPilot,
    does: ({ params }, _caller, body, sizeBytes) => sandboxes.take(params.digest, body, sizeBytes),
  });
}
