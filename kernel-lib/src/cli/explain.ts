import { CliError, codeOf, type ExitCode, exitCodeOf, exitCodes } from './exit-codes';
import type { Io } from './io';
import { lines, say } from './text/printable';

/** Says on standard error what went wrong and what to do, and gives the exit code. No stack unless DIRACLAB_DEBUG is set. */
export function explain(command: string, error: unknown, io: Io): ExitCode {
  const exitCode = exitCodeOf(error);
  if (exitCode === exitCodes.interrupted) return exitCode;
  io.note(say`${command}: ${messageOf(error)}`);
  const next = nextOf(error);
  if (next !== undefined) io.note(say`  ${next}`);
  if (io.env['DIRACLAB_DEBUG'] && error instanceof Error) io.note(lines(error.stack ?? ''));
  return exitCode;
}

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const known = error instanceof CliError || codeOf(error) !== undefined;
  return known ? error.message : `a fault of this program: ${error.message} (DIRACLAB_DEBUG=1 shows where)`;
}

function nextOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('next' in error) || typeof error.next !== 'string') return undefined;
  // Some errors carry the remedy in their sentence already.
  return messageOf(error).includes(error.next) ? undefined : error.next;
}
