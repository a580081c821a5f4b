import { createInterface } from 'node:readline';
import { usageError } from '../exit-codes';
import type { Io } from '../io';
import { say } from '../text/printable';
import type { Mine } from './choose-mine';
import { grouped } from './follow';
import type { Action } from './words';

/** Above this a "yes" is typed too easily: the number itself is asked for. */
const mostForYes = 100;

/** Asks on a terminal; anywhere else nobody could answer, so it is an error that names the flag. */
export async function confirm(action: Action, { owner, total, counts }: Mine, io: Io): Promise<boolean> {
  const states = counts.map(({ value, count }) => `${grouped(count)} ${value}`).join(', ');
  const what = `${action} ${grouped(total)} jobs of ${owner} (${states})`;
  if (!io.stdinIsTty || !io.errIsTty) throw usageError(`This would ${what}.`, 'Nobody can be asked here: add --yes to do it.');

  const wanted = total > mostForYes ? String(total) : 'yes';
  io.note(say`This will ${what}. Type ${wanted} to go on:`);
  const answer = (await firstLine(io)).trim().toLowerCase();
  return answer === wanted || (wanted === 'yes' && answer === 'y');
}

/** Nothing when the input ends without a line (Ctrl-D). */
async function firstLine({ stdin, signal }: Io): Promise<string> {
  const reader = createInterface({ input: stdin, signal });
  const line = await new Promise<string>((resolve) => reader.once('line', resolve).once('close', () => resolve('')));
  reader.close();
  signal.throwIfAborted();
  return line;
}
