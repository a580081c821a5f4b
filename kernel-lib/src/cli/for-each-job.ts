import { codeOf, combineExitCodes, type ExitCode, exitCodeOf, exitCodes } from './exit-codes';
import { each } from './each';
import { messageOf } from './explain';
import type { Io } from './io';
import { say } from './text/printable';

export interface FailedJob {
  jobId: number;
  code: string;
  detail: string;
  exitCode: ExitCode;
}

export interface Outcome<Result> {
  done: Result[];
  failed: FailedJob[];
}

/** Requests under way at once: enough to hide the round trip, few enough to be no flood. */
const width = 4;

/**
 * Does something for each job; what fails for one job does not stop the others. What would fail for all of them (no server, no sign-in,
 * Ctrl-C) is thrown.
 */
export async function forEachJob<Result>(
  ids: readonly number[],
  io: Io,
  act: (jobId: number) => Promise<Result>,
): Promise<Outcome<Result>> {
  const outcome: Outcome<Result> = { done: [], failed: [] };
  const results = await each(ids, width, async (jobId): Promise<{ done: Result } | { failed: FailedJob }> => {
    io.signal.throwIfAborted();
    try {
      return { done: await act(jobId) };
    } catch (error) {
      const exitCode = exitCodeOf(error);
      if (concernsAll.includes(exitCode)) throw error;
      return { failed: { jobId, code: codeOf(error) ?? 'Failed', detail: messageOf(error), exitCode } };
    }
  });
  for (const result of results) {
    if ('done' in result) outcome.done.push(result.done);
    else outcome.failed.push(result.failed);
  }
  return outcome;
}

const concernsAll: readonly ExitCode[] = [exitCodes.signIn, exitCodes.unreachable, exitCodes.interrupted];

/** Says what failed and gives the exit code. */
export function settle(command: string, { done, failed }: Outcome<unknown>, io: Io): ExitCode {
  for (const { jobId, detail } of failed) io.note(say`${command}: job ${jobId}: ${detail}`);
  return combineExitCodes(
    done.length,
    failed.map(({ exitCode }) => exitCode),
  );
}
