import type { JobDescription } from '@diraclab/contract';
import { submitJobs } from '@diraclab/contract';
import { onBothDatabases, openArena } from './support/arena.ts';
import { checkBooks } from './support/books.ts';
import { actsPerSecond } from './support/drive.ts';
import { readBenchOptions } from './support/options.ts';
import { report } from './support/report.ts';
import { runRounds } from './support/rounds.ts';
import { rawOf } from './support/work.ts';

/**
 * One job a call, 16 callers at once, against one commit a job by hand: with the counters, whose rows all submissions share and queue up for,
 * and without them. SQLite has one writer, so there the 16 of the raw program take turns.
 */
const { rounds, windowMs } = readBenchOptions();
const callers = 16;
const description: JobDescription = { executable: '/bin/echo', arguments: ['hello'], cpuTimeS: 86_400 };

const results = await onBothDatabases(async (kind) => {
  await using arena = await openArena(kind);
  await using second = await openArena(kind);
  const done = { ours: 0, counted: 0, rows: 0 };
  const submit = async () => {
    await arena.server.call(submitJobs, { body: { description } });
    done.ours += 1;
  };
  const byHand = (raw: typeof arena.raw, counted: boolean) => async () => {
    await raw.submitOne(rawOf(description, [], 'NoGroup'), counted);
    done[counted ? 'counted' : 'rows'] += 1;
  };
  const window = (act: () => Promise<unknown>) => () => actsPerSecond(callers, windowMs, act);
  await actsPerSecond(callers, 1000, submit);
  const measured = await runRounds(
    {
      what: `one job a call, ${kind}`,
      unit: 'jobs/s',
      better: 'more',
      ours: { name: 'ours', measure: window(submit) },
      raws: [
        { name: 'raw rows and counters', measure: window(byHand(arena.raw, true)) },
        { name: 'raw rows only', measure: window(byHand(second.raw, false)) },
      ],
    },
    rounds,
  );
  await checkBooks(arena.ours, { jobs: done.ours, claimed: 0 }, 'ours');
  await checkBooks(arena.rawLocation, { jobs: done.counted, claimed: 0 }, 'raw');
  await checkBooks(second.rawLocation, { jobs: done.rows, claimed: 0 }, 'raw rows only', ['jobs', 'queued', 'log']);
  return measured;
});
report('single-submission', results);
