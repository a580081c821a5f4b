import { parseJobQuery } from '@diraclab/contract';
import type { GroupField, JobQuery } from '@diraclab/contract';
import { openDatabase } from '../../server/src/database/open.ts';
import type { Database, DatabaseKind } from '../../server/src/database/port.ts';
import { makeTestLocation, onTestPostgres } from '../../server/src/database/testing.ts';
import type { Caller } from '../../server/src/identity/caller.ts';
import { countJobs } from '../../server/src/jobs/count-jobs.ts';
import { listGroups } from '../../server/src/jobs/job-groups.ts';
import { searchJobs } from '../../server/src/jobs/search-jobs.ts';
import { onBothDatabases } from './support/arena.ts';
import { elapsedMs } from './support/drive.ts';
import { fillTables, groupsPerMillion, sites } from './support/long-tables.ts';
import { readBenchOptions } from './support/options.ts';
import { report } from './support/report.ts';
import type { Result } from './support/rounds.ts';

/**
 * Searches as the panels and commands make them, in a table of 1,000,000 jobs (`--jobs 10000000` for ten), by the rules that answer the
 * routes. Each figure is the slowest of ten asks with other values each, the median of `--rounds`. `≈` says that a count came from a sample.
 */
const options = readBenchOptions();
const jobs = process.argv.includes('--jobs') ? options.jobs : 1_000_000;
const groups = Math.round((jobs / 1_000_000) * groupsPerMillion);
const properties = ['NormalUser'] as const;
const everybody: Caller = {
  kind: 'user',
  owner: 'owner1',
  ownerGroup: 'user',
  vo: 'laptop',
  properties: new Set([...properties, 'JobAdministrator'] as const),
};
const one: Caller = { ...everybody, properties: new Set(properties) };

type Ask = (database: Database, turn: number, caller: Caller) => Promise<{ approximate?: true | undefined }>;
const page = (text: (turn: number) => string, more: JobQuery = {}): Ask => ({ read }, turn, caller) => searchJobs(read, { where: parseJobQuery(text(turn)), limit: 200, ...more }, caller); // prettier-ignore
const count = (groupBy: GroupField, text: (turn: number) => string = () => ''): Ask => ({ read }, turn, caller) => countJobs(read, groupBy, parseJobQuery(text(turn)), caller); // prettier-ignore
const scan = (turn: number) => `scan-${(turn * 997) % groups}`;
const site = (turn: number) => `LCG.Site${turn % sites}.org`;
const sort = (field: 'jobName' | 'submissionTime' | 'endExecTime', direction: 'asc' | 'desc'): JobQuery => ({ sort: { field, direction } });

/** What the panels offer: these are to be answered within 50 ms. */
const offered: Record<string, Ask> = {
  'newest': page(() => ''),
  'in a state': page((turn) => (turn % 2 === 0 ? 'state=Failed' : 'state=Running')),
  'in several states': page(() => 'state=Failed,Killed'),
  'not in a state': page(() => 'state!=Done'),
  'at a site': page((turn) => `site=${site(turn)}`),
  'failed at a site': page((turn) => `site=${site(turn)} state=Failed`),
  'of a group': page((turn) => `group=${scan(turn)}`),
  'failed of a group': page((turn) => `group=${scan(turn)} state=Failed`),
  'by name': page(() => '', sort('jobName', 'asc')),
  'by submission': page(() => '', sort('submissionTime', 'asc')),
  'last ended': page(() => '', sort('endExecTime', 'desc')),
  'of two hours': page(() => 'age<2h'),
  'deep, by key': page(() => '', { after: JSON.stringify(['jobId', Math.floor(jobs / 2), Math.floor(jobs / 2)]) }),
  'deep, by name': page(() => '', { ...sort('jobName', 'asc'), after: JSON.stringify(['jobName', 'fit-3', Math.floor(jobs / 2)]) }),
  'one parameter of a group': page((turn) => `group=${scan(turn)} param.seed>3`),
  'facet: states': count('status'),
  'facet: sites': count('site'),
  'facet: groups': count('jobGroup'),
  'facet: sites of failed': count('site', () => 'state=Failed'),
  'facet: groups of failed': count('jobGroup', () => 'state=Failed'),
  'facet: states at a site': count('status', (turn) => `site=${site(turn)}`),
  'facet: states of a group': count('status', (turn) => `group=${scan(turn)}`),
  'facet: sites of a group': count('site', (turn) => `group=${scan(turn)}`),
  'newest groups': async ({ read }, _turn, caller) => {
    await listGroups(read, 30, caller);
    return {};
  },
}; // prettier-ignore

/** Others: within a second, or told as ≈. */
const others: Record<string, Ask> = {
  'failed for a reason': page((turn) => `minor="Reason ${turn % 10}"`),
  'facet: reasons of failed': count('minorStatus', () => 'state=Failed'),
  'facet: groups at a site': count('jobGroup', (turn) => `site=${site(turn)}`),
  'a part of a name': page((turn) => `t-${turn}7`),
  'older than 300 days': page(() => 'age>300d'),
  'a leap over 100,000': page(() => '', { offset: 100_000 }),
  'a leap over 10,000 failed': page(() => 'state=Failed', { offset: 10_000 }),
}; // prettier-ignore

const results = await onBothDatabases(async (kind) => {
  const { location, remove } = await makeTestLocation(kind);
  try {
    await using database = await openDatabase(location);
    const filledMs = await elapsedMs(() => fillTables(database, jobs, Date.now()));
    if (location.kind === 'postgres') await onTestPostgres('vacuum', location.url);
    console.log(`  ${jobs} jobs in ${kind}: ${Math.round(filledMs / 1000)} s`);
    const measured: Result[] = [];
    for (const [what, ask] of Object.entries({ ...offered, ...others })) {
      measured.push(await measure(what, ask, database, kind, everybody));
      if (kind === 'postgres') measured.push(await measure(`${what}, of one owner`, ask, database, kind, one));
    }
    return measured;
  } finally {
    await remove();
  }
});
report('wms-search', results);

/** What is ended after its 5 s has its figure by that. */
function endedInTime(error: unknown): { approximate?: true } {
  if ((error as { code?: string }).code !== 'OutOfTime') throw error;
  return {};
}

async function measure(what: string, ask: Ask, database: Database, kind: DatabaseKind, caller: Caller): Promise<Result> {
  const slowest: number[] = [];
  let sampled = false;
  for (let round = 0; round <= options.rounds; round++) {
    const times: number[] = [];
    for (let turn = 0; turn < 10; turn++) {
      times.push(
        await elapsedMs(async () => {
          const { approximate } = await ask(database, round * 10 + turn, caller).catch(endedInTime);
          sampled ||= approximate === true;
        }),
      );
    }
    // The first round prepares statements and warms pages.
    if (round > 0) slowest.push(Math.max(...times));
  }
  const name = `${what}${sampled ? ' ≈' : ''}, ${jobs} jobs, ${kind}`;
  console.log(`  ${name}: ${slowest.map((ms) => ms.toFixed(1)).join(' ')} ms`);
  return { what: name, unit: 'ms', ours: slowest, raw: [], ratios: [] };
}
