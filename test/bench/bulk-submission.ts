import { submitJobs } from '@diraclab/contract';
import { checkBooks } from './support/books.ts';
import { onBothDatabases, openArena } from './support/arena.ts';
import { elapsedMs } from './support/drive.ts';
import { readBenchOptions } from './support/options.ts';
import { report } from './support/report.ts';
import { runRounds } from './support/rounds.ts';
import { parametersFor, rawOf, sweep } from './support/work.ts';

/** Many jobs by one call through the public API of a server process, against the same rows inserted by hand. A window is one such call. */
const { rounds, jobs } = readBenchOptions();
const parameters = parametersFor(jobs);

const results = await onBothDatabases(async (kind) => {
  await using arena = await openArena(kind);
  const { server, raw } = arena;
  let oursJobs = 0;
  let rawJobs = 0;
  const ours = async () => {
    const ms = await elapsedMs(async () => {
      const { jobIds } = await server.call(submitJobs, { body: { description: sweep, parameters } });
      if (jobIds.length !== jobs) throw new Error(`${jobIds.length} of ${jobs} jobs came back.`);
    });
    oursJobs += jobs;
    return (jobs / ms) * 1000;
  };
  const byHand = async () => {
    const ms = await elapsedMs(() => raw.submitBulk(rawOf(sweep, parameters, `fit-${rawJobs}`)));
    rawJobs += jobs;
    return (jobs / ms) * 1000;
  };
  // Once unmeasured: statements are prepared, code is compiled, files have grown.
  await ours();
  await byHand();
  const contest = {
    what: `${jobs} jobs in one call, ${kind}`,
    unit: 'jobs/s',
    better: 'more',
    ours: { name: 'ours', measure: ours },
    raws: [{ name: 'raw', measure: byHand }],
  } as const;
  const measured = await runRounds(contest, rounds);
  await checkBooks(arena.ours, { jobs: oursJobs, claimed: 0 }, 'ours');
  await checkBooks(arena.rawLocation, { jobs: rawJobs, claimed: 0 }, 'raw');
  return measured;
});
report('bulk-submission', results);
