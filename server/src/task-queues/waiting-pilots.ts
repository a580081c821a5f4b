import type { MatchedJob, ResourceOffer } from '@diraclab/contract';
import type { KnownPilot } from './claim-jobs.ts';
import type { Matcher } from './match-job.ts';

/**
 * Pilots whose question is held open until a job comes, so that a job starts in milliseconds and an idle pilot costs nothing.
 * Longest waiting first. A pilot asks one question at a time: a new one says that its connection broke under the one before.
 */
export interface WaitingPilots {
  ask(pilot: KnownPilot, offer: ResourceOffer, signal: AbortSignal): Promise<MatchedJob[]>;
  /** Jobs may have come. */
  wake(): void;
  /** What live pilots offered last, for *why*. */
  offers(): readonly LiveOffer[];
  /** A pilot spoke of its jobs: with all slots busy it asks for none, and lives. */
  heard(pilotId: number): void;
  /** A pilot was given up: it waits for nothing and offers nothing. */
  forget(pilotId: number): void;
  /** Ends every wait at once, with nothing. */
  stop(): void;
}

export interface LiveOffer {
  pilot: KnownPilot;
  offer: ResourceOffer;
  /** Its question is open: it takes a job now. */
  asking: boolean;
}

interface Waiter {
  pilot: KnownPilot;
  offer: ResourceOffer;
  /** Its time is over, or its client is gone; it is answered with what it gets, if it is being served right now. */
  over: boolean;
  answer: (jobs: MatchedJob[]) => void;
}

const servedTogether = 64;
/** How often waiting pilots are looked at without a reason: another server's submission is found by this at the latest. */
const recheckMs = 5_000;
/** Pilots report every 20 s and ask again every 30: after this the server gives a silent attempt up, and an offer is no offer any more. */
const offerLastsMs = 150_000;

export function createWaitingPilots(
  matcher: Pick<Matcher, 'match' | 'fits' | 'refresh'>,
  onError: (error: unknown) => void,
): WaitingPilots {
  const waiters = new Set<Waiter>();
  /** The one question that each pilot has open, also while it is being served. */
  const questions = new Map<number, Waiter>();
  const lastOffers = new Map<number, { pilot: KnownPilot; offer: ResourceOffer; heardMs: number }>();
  let stopped = false;
  let serving: Promise<void> | undefined;
  let again = false;

  const recheck = setInterval(() => {
    dropOldOffers();
    if (waiters.size > 0) wake();
  }, recheckMs);
  recheck.unref();

  function dropOldOffers(): void {
    for (const [pilotId, { heardMs }] of lastOffers) if (performance.now() - heardMs > offerLastsMs) lastOffers.delete(pilotId);
  }

  async function serve(): Promise<void> {
    do {
      again = false;
      // Once a round for all of them, not once for each.
      await matcher.refresh();
      // Each is asked once a round; those that get nothing stay. Some together, so that they share a commit; not all, so that one job that
      // comes does not make a thousand pilots ask the database for it.
      const all = [...waiters];
      for (let at = 0; at < all.length; at += servedTogether) {
        const some = all.slice(at, at + servedTogether);
        await Promise.all(some.filter((waiter) => waiters.has(waiter) && matcher.fits(waiter.pilot, waiter.offer)).map(serveOne));
      }
    } while (again);
  }

  /** Whatever happens, the waiter is answered or waits on. */
  async function serveOne(waiter: Waiter): Promise<void> {
    waiters.delete(waiter);
    let jobs: MatchedJob[] = [];
    try {
      jobs = await matcher.match(waiter.pilot, waiter.offer);
    } finally {
      if (jobs.length > 0 || waiter.over || stopped) waiter.answer(jobs);
      else waiters.add(waiter);
    }
  }

  function wake(): void {
    again = true;
    serving ??= serve()
      // The database is away: the next look comes with the next reason, or with the recheck.
      .catch((error: unknown) => {
        again = false;
        onError(error);
      })
      .finally(() => {
        serving = undefined;
        if (again && waiters.size > 0) wake();
      });
  }

  function giveUp(waiter: Waiter | undefined): void {
    if (waiter === undefined) return;
    waiter.over = true;
    if (waiters.has(waiter)) waiter.answer([]);
  }

  function hold(pilot: KnownPilot, offer: ResourceOffer, signal: AbortSignal): Promise<MatchedJob[]> {
    return new Promise((resolve) => {
      const end = (): void => giveUp(waiter);
      const timer = setTimeout(end, offer.waitMs);
      const waiter: Waiter = {
        pilot,
        offer,
        over: false,
        answer: (found) => {
          waiters.delete(waiter);
          if (questions.get(pilot.pilotId) === waiter) questions.delete(pilot.pilotId);
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          resolve(found);
        },
      };
      signal.addEventListener('abort', end);
      giveUp(questions.get(pilot.pilotId));
      questions.set(pilot.pilotId, waiter);
      waiters.add(waiter);
      // A job may have come since this pilot was told nothing.
      wake();
    });
  }

  return {
    async ask(pilot, offer, signal) {
      lastOffers.set(pilot.pilotId, { pilot, offer, heardMs: performance.now() });
      const jobs = await matcher.match(pilot, offer);
      if (jobs.length > 0 || offer.waitMs === 0 || stopped || signal.aborted) return jobs;
      return hold(pilot, offer, signal);
    },
    wake,
    offers() {
      dropOldOffers();
      return [...lastOffers.values()].map(({ pilot, offer }) => ({ pilot, offer, asking: questions.has(pilot.pilotId) }));
    },
    heard(pilotId) {
      const last = lastOffers.get(pilotId);
      if (last !== undefined) last.heardMs = performance.now();
    },
    forget(pilotId) {
      lastOffers.delete(pilotId);
      giveUp(questions.get(pilotId));
    },
    stop() {
      stopped = true;
      clearInterval(recheck);
      for (const waiter of [...waiters]) waiter.answer([]);
    },
  };
}
