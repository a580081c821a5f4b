import type { MatchedJob } from '@diraclab/contract';
import { setTimeout as wait } from 'node:timers/promises';
import { anyOffer } from '../testing/test-grid.ts';
import type { Matcher } from './match-job.ts';
import { createWaitingPilots } from './waiting-pilots.ts';
import type { WaitingPilots } from './waiting-pilots.ts';

const pilotOf = (pilotId: number) => ({ pilotId, vo: 'v', site: 'S', computingElement: 'ce' });
const never = new AbortController().signal;
const job = { jobId: 7, attempt: 1 } as MatchedJob;
const offer = { ...anyOffer, waitMs: 20_000 };
const opened: WaitingPilots[] = [];
afterEach(() => {
  for (const waiting of opened.splice(0)) waiting.stop();
});

/** What the matcher says next, in order; a matcher's own faults cannot be had from a healthy database at the right moment. */
function waitingFor(next: () => MatchedJob[] | Error, errors: unknown[] = []): WaitingPilots {
  const matcher: Pick<Matcher, 'match' | 'fits' | 'refresh'> = {
    match: () => {
      const said = next();
      return said instanceof Error ? Promise.reject(said) : Promise.resolve(said);
    },
    refresh: () => Promise.resolve(false),
    fits: () => true,
  };
  const waiting = createWaitingPilots(matcher, (error) => errors.push(error));
  opened.push(waiting);
  return waiting;
}

const settled = <T>(promise: Promise<T>): Promise<T | 'open'> => Promise.race([promise, wait(100, 'open' as const)]);

describe('pilots that wait', () => {
  it('a database that fails while they are served forgets none of them: the next look serves them', async () => {
    const errors: unknown[] = [];
    let says: MatchedJob[] | Error = [];
    const waiting = waitingFor(() => says, errors);
    const held = [waiting.ask(pilotOf(1), offer, never), waiting.ask(pilotOf(2), offer, never)];
    await wait(20);
    says = new Error('PostgreSQL went away');
    waiting.wake();
    await wait(20);
    expect(errors).toHaveLength(1);
    says = [job];
    waiting.wake();
    expect(await Promise.all(held.map(settled))).toEqual([[job], [job]]);
  });

  it('a pilot whose time ended while the database failed is answered all the same', async () => {
    let says: MatchedJob[] | Error = [];
    const waiting = waitingFor(() => says);
    const held = waiting.ask(pilotOf(1), { ...anyOffer, waitMs: 60 }, never);
    await wait(20);
    says = new Error('PostgreSQL went away');
    waiting.wake();
    expect(await settled(held)).toEqual([]);
  });

  it('a pilot that asks again was cut off: the older question takes no job any more', async () => {
    let says: MatchedJob[] = [];
    const waiting = waitingFor(() => says);
    const older = waiting.ask(pilotOf(1), offer, never);
    const newer = waiting.ask(pilotOf(1), offer, never);
    await wait(20);
    expect(await settled(older)).toEqual([]);
    says = [job];
    waiting.wake();
    expect(await settled(newer)).toEqual([job]);
  });

  it('a pilot that is given up gets no job with the question it left behind, and no explanation speaks of it', async () => {
    let says: MatchedJob[] = [];
    const waiting = waitingFor(() => says);
    const held = waiting.ask(pilotOf(1), offer, never);
    await wait(20);
    expect(waiting.offers()).toHaveLength(1);
    waiting.forget(1);
    says = [job];
    waiting.wake();
    expect(await settled(held)).toEqual([]);
    expect(waiting.offers()).toEqual([]);
  });

  it('what a silent pilot offered once is no offer; a report keeps it', async () => {
    jest.useFakeTimers({ doNotFake: ['setTimeout', 'setInterval', 'setImmediate', 'nextTick', 'queueMicrotask'] });
    try {
      const waiting = waitingFor(() => []);
      await waiting.ask(pilotOf(1), anyOffer, never);
      await waiting.ask(pilotOf(2), anyOffer, never);
      jest.advanceTimersByTime(100_000);
      waiting.heard(2);
      jest.advanceTimersByTime(100_000);
      expect(waiting.offers().map(({ pilot }) => pilot.pilotId)).toEqual([2]);
    } finally {
      jest.useRealTimers();
    }
  });
});
