import type { Client } from '@diraclab/contract';
import { getVoMatchingPolicy, matchJobs, saveVoMatchingPolicy } from '@diraclab/contract';
import type { Arena } from './support/arena.ts';
import { onBothDatabases, openArena } from './support/arena.ts';
import { checkBooks } from './support/books.ts';
import { elapsedMs } from './support/drive.ts';
import { fillQueues, shares, shortOffer, takeAsPilots, takeByHand } from './support/federation.ts';
import { readBenchOptions } from './support/options.ts';
import { report } from './support/report.ts';
import type { Result } from './support/rounds.ts';
import { runRounds } from './support/rounds.ts';
import { medianOf } from './support/statistics.ts';

/**
 * Matching at the size of a federation: one job a call, 16 pilots at once, jobs in 400 queues of 20 groups with shares, tags and sites. Raw
 * is the grouped claim by hand, which knows none of these. Then the same with 1,000 and with ten times as many jobs waiting, side by side;
 * and a pilot for which there is nothing.
 */
const { rounds, jobs } = readBenchOptions(undefined, { jobs: 100_000 });
const askers = 16;
const matches = Math.min(2_000, jobs / 50);
const few = Math.min(2_000, jobs / 10);
const fewMatches = few / 10;
const misses = 200;
const wishes = Array.from({ length: askers }, () => ({ vo: 'laptop' }));

async function prepared(arena: Arena, queued: number): Promise<Arena> {
  await fillQueues(arena.ours, queued);
  const { version, policy } = await arena.server.call(getVoMatchingPolicy, { query: {} });
  await arena.server.call(saveVoMatchingPolicy, { body: { ifVersion: version, policy: { ...policy, groupShares: shares } } });
  return arena;
}

const results = await onBothDatabases(async (kind) => {
  const [first, ...alone] = await againstRaw(kind);
  return [...(first ?? []), ...alone.flat(), ...(await againstFew(kind))];
});
report('wms', results);

async function againstRaw(kind: Arena['kind']): Promise<Result[][]> {
  await using arena = await openArena(kind, wishes);
  await using second = await openArena(kind, wishes);
  await prepared(arena, jobs);
  for (const location of [arena.rawLocation, second.rawLocation]) await fillQueues(location, jobs);
  const books = { ours: { jobs, claimed: 0 }, kept: { jobs, claimed: 0 }, bare: { jobs, claimed: 0 } };
  const ours = takeAsPilots(arena.pilots, matches, books.ours);
  await ours();
  const hits = await runRounds(
    {
      what: `one job a call, ${jobs} waiting in 400 queues, ${kind}`,
      unit: 'matches/s',
      better: 'more',
      ours: { name: 'ours', measure: ours },
      raws: [
        { name: 'raw claim with history', measure: takeByHand(arena.raw, true, askers, matches, books.kept) },
        { name: 'raw claim alone', measure: takeByHand(second.raw, false, askers, matches, books.bare) },
      ],
    },
    rounds,
  );
  const [pilot] = arena.pilots;
  const nothing = await runRounds(
    {
      what: `a pilot that finds nothing, ${jobs} waiting in 400 queues, ${kind}`,
      unit: 'ms',
      better: 'less',
      ours: { name: 'ours', measure: () => medianMs(() => miss(pilot as Client)) },
      raws: [{ name: 'raw', measure: () => medianMs(() => arena.raw.claim({ vo: 'nobody', pilotId: 1 }, false)) }],
    },
    rounds,
  );
  await checkBooks(arena.ours, books.ours, 'ours', ['jobs', 'queued', 'attempts', 'waiting', 'counted', 'grouped']);
  await checkBooks(arena.rawLocation, books.kept, 'raw', ['jobs', 'queued', 'attempts', 'waiting']);
  await checkBooks(second.rawLocation, books.bare, 'raw claim alone', ['jobs', 'queued']);
  return [hits, nothing];
}

async function againstFew(kind: Arena['kind']): Promise<Result[]> {
  await using large = await openArena(kind, wishes);
  await using small = await openArena(kind, wishes);
  await prepared(large, jobs * 10);
  await prepared(small, few);
  const books = { claimed: 0 };
  const [takeLarge, takeSmall] = [takeAsPilots(large.pilots, fewMatches, books), takeAsPilots(small.pilots, fewMatches, books)];
  await takeLarge();
  await takeSmall();
  return await runRounds(
    {
      what: `one job a call, ${jobs * 10} waiting against ${few}, ${kind}`,
      unit: 'matches/s',
      better: 'more',
      ours: { name: `${jobs * 10} waiting`, measure: takeLarge },
      raws: [{ name: `${few} waiting`, measure: takeSmall }],
    },
    rounds,
  );
}

async function miss(pilot: Client): Promise<void> {
  const { jobs: got } = await pilot(matchJobs, { body: shortOffer });
  if (got.length > 0) throw new Error('There was something to match for a pilot without time.');
}

async function medianMs(ask: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < misses; i++) times.push(await elapsedMs(ask));
  return medianOf(times);
}
