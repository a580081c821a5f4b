import { ContractError, type ErrorCode } from '@diraclab/contract';
import { backoffMs } from './backoff.ts';
import { JobFailure } from './job-failure.ts';

/** Answers after which the same question may be answered otherwise. A stranger's 401 (another program on the port) is one of them. */
const passing: ReadonlySet<ErrorCode> = new Set(['ServerFault', 'NotReady', 'NotSignedIn', 'StorageFull']);

/** Whether the server itself answered, and asking again is of no use. */
export const isLasting = (error: unknown): boolean => error instanceof ContractError && !passing.has(error.code);

/** Tries again, with growing pauses, until `graceMs` have passed since the first failure, `signal` fires or the answer is a lasting no. */
export async function retrying<T>(act: () => Promise<T>, graceMs: number, signal: AbortSignal): Promise<T> {
  let failedMs: number | undefined;
  for (let failures = 1; ; failures += 1) {
    signal.throwIfAborted();
    try {
      return await act();
    } catch (error) {
      failedMs ??= performance.now();
      if (error instanceof JobFailure || isLasting(error) || performance.now() - failedMs >= graceMs) throw error;
      await pause(backoffMs(failures, Math.random()), signal);
    }
  }
}

/** Waits, or returns early when `signal` fires. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}

export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
