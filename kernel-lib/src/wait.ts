import { WaitEnded } from './errors';
import { holdProcess } from './keep-alive';
import type { Screen } from './notebook';
import type { WaitOptions } from './types';
import { toSeconds } from './units';
import { createWaitLine, type WaitLine, type Waiting } from './wait-line';

/** setTimeout takes no more. */
const longestTimeoutMs = 2 ** 31 - 1;

export interface Wait {
  /** Aborted, with the error to throw as its reason, by the timeout, the caller's signal or an interrupt of the cell. */
  readonly signal: AbortSignal;
  /** Something came: the two quiet seconds begin again. */
  touch(): void;
  end(): void;
}

const lines = new WeakMap<Screen, WaitLine>();

/** Begins a wait: holds the process, watches time, signal and interrupt, and says what it waits for when it gets long. */
export function beginWait(screen: Screen, waiting: Waiting, options: WaitOptions = {}): Wait {
  const timeoutMs = options.timeout === undefined ? undefined : toSeconds(options.timeout, 'timeout') * 1000;
  options.signal?.throwIfAborted();
  const startMs = Date.now();
  const controller = new AbortController();
  const release = holdProcess();
  const line = lines.get(screen) ?? createWaitLine(screen);
  lines.set(screen, line);
  const entry = line.add(waiting);

  const stop = (code: 'TimedOut' | 'Interrupted') => controller.abort(new WaitEnded(code, waiting.what, (Date.now() - startMs) / 1000));
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => stop('TimedOut'), Math.min(timeoutMs, longestTimeoutMs));
  const onAbort = () => controller.abort(options.signal?.reason);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const offInterrupt = screen.onInterrupt(() => stop('Interrupted'));

  return {
    signal: controller.signal,
    touch: entry.touch,
    end() {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
      offInterrupt();
      entry.remove();
      release();
    },
  };
}
