import type { Client, JobDescription, ResourceOffer } from '@diraclab/contract';
import { matchJobs, submitJobs } from '@diraclab/contract';
import type { RawDatabase } from './raw/port.ts';
import type { Arena } from './support/arena.ts';
import { onBothDatabases, openArena } from './support/arena.ts';
import { checkBooks } from './support/books.ts';
import { elapsedMs, perSecondOf } from './support/drive.ts';
import { readBenchOptions } from './support/options.ts';
import { report } from './support/report.ts';
import { runRounds } from './support/rounds.ts';
import { medianOf } from './support/statistics.ts';
import { parametersFor, rawOf } from './support/work.ts';

/**
 * Pilots that ask for one job a call, 16 at once, with jobs waiting in 40 queues that all fit; each window takes a fifth of them, and they are
 * filled up again after it. Raw is the grouped claim in one statement (PostgreSQL) or transaction (SQLite): alone, and with what a match must
 * leave behind. Then a question to which there is nothing to answer.
 */
const { rounds, jobs } = readBenchOptions();
const askers = 16;
const queues = 40;
const misses = 200;
const perQueue = Math.max(5, Math.round(jobs / queues));
const perWindow = Math.floor((perQueue * queues) / 5);

const needs: JobDescription[] = Array.from({ length: queues }, (_, i) => ({
  executable: '/bin/true',
  jobName: 'match',
  jobGroup: `match-${i}`,
  cpuTimeS: [3_600, 86_400, 172_800, 604_800][i % 4] ?? 3_600,
  tags: [`tag${Math.floor(i / 4)}`],
}));
const offer: ResourceOffer = {
  slots: 1, processors: 1, ramMB: 8_000, cpuTimeLeftS: 1_000_000, platform: 'x86_64-linux', tags: [...new Set(needs.flatMap(({ tags = [] }) => tags))],
  host: 'wn1', pid: 1, version: 'bench', waitMs: 0,
}; // prettier-ignore

const results = await onBothDatabases(async (kind) => {
  const strangers = 'nobody';
  const wishes = [...Array.from({ length: askers }, () => ({ vo: 'laptop' })), { vo: strangers }];
  await using arena = await openArena(kind, wishes);
  await using second = await openArena(kind, wishes);
  const sides = { ours: oursOf(arena), kept: rawSide(arena.raw, true), bare: rawSide(second.raw, false) };
  for (const side of Object.values(sides)) await side.fill(perQueue);
  await sides.ours.take();

  const hits = await runRounds(
    {
      what: `one job a call, ${perQueue * queues} waiting, ${kind}`,
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

interface Taking {
  fill(each: number): Promise<void>;
  /** One window, and the queues full again after it. */
  take: () => Promise<number>;
  books: { jobs: number; claimed: number };
}

function taking(submit: (description: JobDescription, n: number) => Promise<unknown>, claim: (asker: number) => Promise<boolean>): Taking {
  const books = { jobs: 0, claimed: 0 };
  const fill = async (each: number) => {
    for (const description of needs) await submit(description, each);
    books.jobs += each * queues;
  };
  const take = async () => {
    const figure = await perSecondOf(perWindow, askers, async (asker) => {
      if (!(await claim(asker))) throw new Error('A pilot got nothing although jobs wait.');
      books.claimed += 1;
    });
    await fill(Math.round(perWindow / queues));
    return figure;
  };
  return { fill, take, books };
}

function oursOf({ server, pilots }: Arena): Taking {
  return taking(
    (description, n) => server.call(submitJobs, { body: { description, parameters: parametersFor(n) } }),
    async (asker) => {
      const { jobs: got } = await (pilots[asker] as Client)(matchJobs, { body: offer });
      return got.length === 1;
    },
  );
}

function rawSide(raw: RawDatabase, kept: boolean): Taking {
  return taking(
    (description, n) => raw.submitBulk(rawOf(description, parametersFor(n), description.jobGroup ?? '')),
    async (asker) => (await raw.claim({ vo: 'laptop', pilotId: asker + 1 }, kept)) !== undefined,
  );
}

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
