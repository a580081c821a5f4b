import { type BulkOperation, type Client, getOperation, hasEnded, undoOperation } from '@diraclab/contract';
import { setTimeout as wait } from 'node:timers/promises';
import type { Io } from '../io';
import { say } from '../text/printable';

const lookEveryMs = 250;
/** Between two lines of progress. */
const tellEveryMs = 3000;

export const grouped = (count: number): string => count.toLocaleString('en-US');

/** Waits for the end of an operation. Ctrl-C takes it back while that is possible, and afterwards leaves it to the server. */
export async function follow(client: Client, command: string, started: BulkOperation, io: Io): Promise<BulkOperation> {
  const { operationId, undoUntilTime } = started;
  const params = { operationId };
  const what = say`${command}: operation ${operationId}: ${grouped(started.total)} jobs`;
  io.note(undoUntilTime === null ? what : say`${what}; it begins at ${undoUntilTime.slice(11, 19)} UTC, until then Ctrl-C takes it back`);
  let now = started;
  try {
    for (let passedMs = 0; !hasEnded(now.state); passedMs += lookEveryMs) {
      await wait(lookEveryMs, undefined, { signal: io.signal });
      now = await client(getOperation, { params }, { signal: io.signal });
      const done = now.accepted + now.refused;
      if (passedMs > 0 && passedMs % tellEveryMs === 0 && done > 0) io.note(say`${command}: ${grouped(done)} of ${grouped(now.total)}`);
    }
    return now;
  } catch (error) {
    if (io.signal.aborted) await takeBack(client, command, operationId, io);
    throw error;
  }
}

async function takeBack(client: Client, command: string, operationId: number, io: Io): Promise<void> {
  await client(undoOperation, { params: { operationId } }).then(
    () => io.note(say`${command}: taken back; nothing was done.`),
    () => io.note(say`${command}: it has begun: operation ${operationId} goes on at the server.`),
  );
}

/** `4,312 accepted, 3 refused: 2 because it is Done, … (such as 17)`. */
export function summary({ accepted, refused, refusals, state }: BulkOperation): string {
  const stopped = state === 'Done' ? '' : `${state}: `;
  const reasons = refusals
    .slice(0, 5)
    .map(({ reason, count, jobIds }) => `${grouped(count)} because ${reason} (such as ${jobIds[0] ?? ''})`);
  const said = reasons.length === 0 ? '.' : `: ${reasons.join('; ')}.`;
  return `${stopped}${grouped(accepted)} accepted${refused === 0 ? '.' : `, ${grouped(refused)} refused${said}`}`;
}
