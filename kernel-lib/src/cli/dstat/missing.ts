import { type ExitCode, exitCodes } from '../exit-codes';
import type { Io } from '../io';
import { say } from '../text/printable';

/** Ids that were asked for by name and did not come: four lines of them at most. */
export function reportMissing(ids: readonly number[], found: ReadonlySet<number>, io: Io): ExitCode {
  const missing = ids.filter((id) => !found.has(id));
  if (missing.length === 0) return exitCodes.ok;
  const shown = missing.slice(0, 100).join(',');
  const more = missing.length > 100 ? ` and ${missing.length - 100} more` : '';
  io.note(say`dstat: no such job: ${shown}${more}`);
  io.note(say`  It was never made, was deleted, or belongs to somebody else.`);
  return found.size > 0 ? exitCodes.partlyDone : exitCodes.notFound;
}
