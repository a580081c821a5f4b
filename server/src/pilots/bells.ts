/** Once all were rung at the stop, those that come back are held a little: a pilot that is told nothing at once asks again at once. */
const stoppedWaitMs = 500;

/**
 * A bell for each pilot: it rings when a pilot should report now because its jobs are told something (killed, rescheduled). What it is told
 * comes with the answer to its report; the bell only saves the wait for the next heartbeat, up to 20 s.
 */
export interface Bells {
  ring(pilotIds: Iterable<number>): void;
  /** True when it rang, since the last time this pilot heard it. */
  wait(pilotId: number, waitMs: number, signal: AbortSignal): Promise<boolean>;
  /** The pilot was given up. */
  forget(pilotId: number): void;
  /** The server stops: all are rung, and learn it from the answer to their report. */
  stop(): void;
}

export function createBells(): Bells {
  const waiting = new Map<number, (rang: boolean) => void>();
  /** Rang while nobody listened; a pilot that never listens leaves a number here until it is given up. */
  const unheard = new Set<number>();
  let stopped = false;

  return {
    ring(pilotIds) {
      for (const pilotId of pilotIds) {
        const answer = waiting.get(pilotId);
        if (answer === undefined) unheard.add(pilotId);
        else answer(true);
      }
    },
    wait(pilotId, waitMs, signal) {
      if (unheard.delete(pilotId)) return Promise.resolve(true);
      if (signal.aborted) return Promise.resolve(false);
      // A pilot listens once; an earlier question of it was given up on its side.
      waiting.get(pilotId)?.(false);
      return new Promise((resolve) => {
        const answer = (rang: boolean): void => {
          waiting.delete(pilotId);
          clearTimeout(timer);
          signal.removeEventListener('abort', giveUp);
          resolve(rang);
        };
        const giveUp = (): void => answer(false);
        const timer = setTimeout(giveUp, stopped ? Math.min(waitMs, stoppedWaitMs) : waitMs);
        signal.addEventListener('abort', giveUp);
        waiting.set(pilotId, answer);
      });
    },
    forget(pilotId) {
      unheard.delete(pilotId);
      waiting.get(pilotId)?.(false);
    },
    stop() {
      stopped = true;
      for (const answer of [...waiting.values()]) answer(true);
    },
  };
}
