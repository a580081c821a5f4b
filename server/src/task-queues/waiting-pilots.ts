import type { MatchedJob, ResourceOffer } from '@diraclab/contract';
import type { KnownPilot, Matcher } from './match-job.ts';

/**
 * Pilots whose question is held open until a job comes, so that a job starts in milliseconds and an idle pilot costs nothing.
 * Longest waiting first. `stopped` ends every wait at once, with nothing, when the server stops.
 */
export interface WaitingPilots {
  ask(pilot: KnownPilot, offer: ResourceOffer, signal: AbortSignal): Promise<MatchedJob[]>;
  /** Jobs may have come. */
  wake(): void;
  /** What lives pilots offered last, for *why*. */
  offers(): readonly { pilot: KnownPilot; offer: ResourceOffer; atMs: number }[];
  forget(pilotId: number): void;
  stop(): void;
}

interface Waiter {
  pilot: KnownPilot;
  offer: ResourceOffer;
  /** Its time is over, or its client is gone; it is answered with what it gets, if it is being served right now. */
  over: boolean;
  answer: (jobs: MatchedJob[]) => void;
}

/** How often waiting pilots are looked at without a reason: another server's submission is found by this at the latest. */
const recheckMs = 5_000;

export function createWaitingPilots(matcher: Matcher, onError: (error: unknown) => void): WaitingPilots {
  const waiters = new Set<Waiter>();
  const lastOffers = new Map<number, { pilot: KnownPilot; offer: ResourceOffer; atMs: number }>();
  let stopped = false;
  let serving: Promise<void> | undefined;
  let again = false;

  const recheck = setInterval(() => {
    if (waiters.size > 0) wake();
  }, recheckMs);
  recheck.unref();

  async function serve(): Promise<void> {
    do {
      again = false;
      // Each is asked once a round; those that get nothing stay.
      for (const waiter of [...waiters]) {
        if (!waiters.has(waiter)) continue;
        waiters.delete(waiter);
        const jobs = await matcher.match(waiter.pilot, waiter.offer);
        if (jobs.length > 0 || waiter.over || stopped) waiter.answer(jobs);
        else waiters.add(waiter);
      }
    } while (again);
  }

  function wake(): void {
    again = true;
    serving ??= serve()
      .catch(onError)
      .finally(() => {
        serving = undefined;
        if (again && waiters.size > 0) wake();
      });
  }

  return {
    async ask(pilot, offer, signal) {
      lastOffers.set(pilot.pilotId, { pilot, offer, atMs: Date.now() });
      const jobs = await matcher.match(pilot, offer);
      if (jobs.length > 0 || offer.waitMs === 0 || stopped || signal.aborted) return jobs;
      return new Promise((resolve) => {
        const giveUp = (): void => {
          waiter.over = true;
          if (waiters.has(waiter)) waiter.answer([]);
        };
        const timer = setTimeout(giveUp, offer.waitMs);
        const waiter: Waiter = {
          pilot,
          offer,
          over: false,
          answer: (found) => {
            waiters.delete(waiter);
            clearTimeout(timer);
            signal.removeEventListener('abort', giveUp);
            resolve(found);
          },
        };
        signal.addEventListener('abort', giveUp);
        waiters.add(waiter);
        // A job may have come between the match above and this line.
        wake();
      });
    },
    wake,
    offers: () => [...lastOffers.values()],
    forget: (pilotId) => void lastOffers.delete(pilotId),
    stop() {
      stopped = true;
      clearInterval(recheck);
      for (const waiter of [...waiters]) waiter.answer([]);
    },
  };
}
