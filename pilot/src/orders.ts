import type { JobFailure } from './job-failure.ts';

/**
 * Why a job is not to go on: `kill`, its owner said so; a {@link JobFailure}, it passed a limit; `stop`, the pilot ends and the job
 * shall run elsewhere; `drop`, the server no longer wants to hear of it.
 */
export type Order = 'kill' | 'stop' | 'drop' | JobFailure;

export interface Orders {
  readonly current: Order | undefined;
  /** Fires with the first order: payload and stage-in end. */
  readonly halted: AbortSignal;
  /** Fires with `drop`: nothing more is done or said. */
  readonly dropped: AbortSignal;
  give(order: Order): void;
}

const weight = (order: Order | undefined): number => (order === undefined ? 0 : order === 'drop' ? 3 : order === 'stop' ? 2 : 1);

/** The first order counts, but `stop` goes before an earlier kill or limit, and `drop` before all. */
export function createOrders(): Orders {
  const halt = new AbortController();
  const drop = new AbortController();
  let current: Order | undefined;
  return {
    get current() {
      return current;
    },
    halted: halt.signal,
    dropped: drop.signal,
    give(order) {
      if (weight(order) <= weight(current)) return;
      current = order;
      halt.abort();
      if (order === 'drop') drop.abort();
    },
  };
}

/** How long a payload has between TERM and KILL. */
export function killGraceMs(order: Order | undefined): number {
  return order === 'drop' ? 0 : order === 'stop' ? 2000 : 5000;
}
