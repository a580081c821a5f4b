import { matchJobs } from '@diraclab/contract';
import { onBothDatabases, openArena } from './support/arena.ts';
import { checkBooks } from './support/books.ts';
import { elapsedMs } from './support/drive.ts';
import { readBenchOptions } from './support/options.ts';
import { report } from './support/report.ts';
import { runRounds } from './support/rounds.ts';
import { medianOf } from './support/statistics.ts';
import { needs, offer, takingOfOurs, takingOfRaw } from './support/taking.ts';

/**
 * Pilots that ask for one job a call, 16 at once, with jobs waiting in 40 queues that all fit; each window takes a fifth of them, and they are
 * filled up again after it. Raw is the grouped claim in one statement (PostgreSQL) or transaction (SQLite): alone, and with what a match must
 * leave behind. Then a question to which there is nothing to answer.
 */
const { rounds, jobs } = readBenchOptions();
const askers = 16;
const misses = 200;
const perQueue = Math.max(5, Math.round(jobs / needs.length));
const window = { askers, matches: Math.floor((perQueue * needs.length) / 5) };

const results = await onBothDatabases(async (kind) => {
  const strangers = 'nobody';
  const wishes = [...Array.from({ length: askers }, () => ({ vo: 'laptop' })), { vo: strangers }];
  await using arena = await openArena(kind, wishes);
  await using second = await openArena(kind, wishes);
  const sides = {
    ours: takingOfOurs(arena, window),
    kept: takingOfRaw(arena.raw, true, window),
    bare: takingOfRaw(second.raw, false, window),
  };
  for (const side of Object.values(sides)) await side.fill(perQueue);
  await sides.ours.take();

  const hits = await runRounds(
    {
      what: `one job a call, ${perQueue * needs.length} waiting, ${kind}`,
      unit: 'matches/s',
      better: 'more',
      ours: { name: 'ours', measure: sides.ours.take },
      raws: [
        { name: 'raw claim with history', measure: sides.kept.take },
        { name: 'raw claim alone', measure: sides.bare.take },
      ],
    },
    rounds,
  );
  const stranger = arena.pilots[askers];
  if (stranger === undefined) throw new Error('There is no pilot of another VO.');
  const ask = async (): Promise<number> => {
    const { jobs: got } = await stranger(matchJobs, { body: offer });
    return got.length;
  };
  const nothing = await runRounds(
    {
      what: `a match that finds nothing, ${kind}`,
      unit: 'ms',
      better: 'less',
      ours: { name: 'ours', measure: () => medianMs(ask) },
      raws: [
        {
          name: 'raw',
          measure: () => medianMs(async () => ((await arena.raw.claim({ vo: strangers, pilotId: 1 }, false)) === undefined ? 0 : 1)),
        },
      ],
    },
    rounds,
  );
  await checkBooks(arena.ours, sides.ours.books, 'ours');
  await checkBooks(arena.rawLocation, sides.kept.books, 'raw');
  await checkBooks(second.rawLocation, sides.bare.books, 'raw claim alone', ['jobs', 'queued']);
  return [...hits, ...nothing];
});
report('match', results);

async function medianMs(ask: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < misses; i++) {
    times.push(
      await elapsedMs(async () => {
        if ((await ask()) !== 0) throw new Error('There was something to match for a pilot of another VO.');
      }),
    );
  }
  return medianOf(times);
}
