import type { Client, JobDescription, MatchedJob, ResourceOffer } from '@diraclab/contract';
import { matchJobs, reportJobs } from '@diraclab/contract';
import type { DatabaseLocation } from '../../../server/src/database/open.ts';
import { openDatabase } from '../../../server/src/database/open.ts';
import type { Caller } from '../../../server/src/identity/caller.ts';
import { insertSubmissions } from '../../../server/src/jobs/insert-submissions.ts';
import type { RawDatabase } from '../raw/port.ts';
import { site } from '../raw/port.ts';
import { perSecondOf } from './drive.ts';
import { doneReport } from './taking.ts';
import { parametersFor } from './work.ts';

/** The queues of one VO of a federation: 20 groups of four people, and for each person queues that differ in tags, sites and time. */
const queues = 400;
const groups = 20;
const ownersAGroup = 4;
const kinds = queues / groups / ownersAGroup;

export const ownerOf = (queue: number): Caller => {
  const group = Math.floor(queue / kinds / ownersAGroup);
  const owner = `owner${group}.${Math.floor(queue / kinds) % ownersAGroup}`;
  return { kind: 'user', owner, ownerGroup: `group${group}`, vo: 'laptop', properties: new Set(['NormalUser'] as const) };
};

const needsOf = (queue: number): JobDescription => ({
  executable: '/bin/true',
  jobName: 'match',
  jobGroup: `match-${queue}`,
  cpuTimeS: [3_600, 86_400, 172_800, 604_800][queue % 4] ?? 3_600,
  tags: queue % 5 === 0 ? [] : [`tag${queue % 5}`],
  ...(queue % 3 === 0 ? { sites: [site, 'LCG.Elsewhere.org'] } : {}),
});

export const shares = Object.fromEntries(Array.from({ length: groups }, (_, group) => [`group${group}`, 100 * (1 + (group % 5))]));

/** Fits them all. */
export const wideOffer: ResourceOffer = {
  slots: 1, processors: 1, ramMB: 8_000, cpuTimeLeftS: 1_000_000, platform: 'x86_64-linux', tags: ['tag1', 'tag2', 'tag3', 'tag4'],
  host: 'wn1', pid: 1, version: 'bench', waitMs: 0,
}; // prettier-ignore
/** Fits none of them. */
export const shortOffer: ResourceOffer = { ...wideOffer, cpuTimeLeftS: 60 };

const jobsATransaction = 5_000;

/** Jobs in all of these queues, by the server's own writing. */
export async function fillQueues(location: DatabaseLocation, jobs: number): Promise<void> {
  await using database = await openDatabase(location);
  const each = Math.round(jobs / queues);
  const together = Math.max(1, Math.floor(jobsATransaction / each));
  for (let first = 0; first < queues; first += together) {
    await database.transaction((tx, nowMs) =>
      insertSubmissions(
        tx,
        Array.from({ length: Math.min(together, queues - first) }, (_, i) => ({
          submission: { description: needsOf(first + i) },
          caller: ownerOf(first + i),
          requestHash: undefined,
          jobs: parametersFor(each),
          answer: { jobIds: [], jobGroup: `match-${first + i}`, repeated: false, taskQueueId: undefined, rows: [] },
        })),
        nowMs,
      ),
    );
  }
}

/** A window: pilots that ask for one job after the other, 16 at once. What they got ends well after it. */
export function takeAsPilots(pilots: readonly Client[], matches: number, books: { claimed: number }): () => Promise<number> {
  return async () => {
    const held = pilots.map((): MatchedJob[] => []);
    const figure = await perSecondOf(matches, pilots.length, async (asker) => {
      const { jobs } = await (pilots[asker] as Client)(matchJobs, { body: wideOffer });
      if (jobs.length !== 1) throw new Error('A pilot got nothing although jobs wait.');
      held[asker]?.push(...jobs);
    });
    books.claimed += matches;
    for (const [asker, call] of pilots.entries()) {
      const ended = held[asker] ?? [];
      while (ended.length > 0) await call(reportJobs, { body: { jobs: ended.splice(0, 1000).map(doneReport) } });
    }
    return figure;
  };
}

export function takeByHand(
  raw: RawDatabase,
  kept: boolean,
  askers: number,
  matches: number,
  books: { claimed: number },
): () => Promise<number> {
  return async () => {
    const figure = await perSecondOf(matches, askers, async (asker) => {
      if ((await raw.claim({ vo: 'laptop', pilotId: asker + 1 }, kept)) === undefined) throw new Error('Nothing was there to claim.');
    });
    books.claimed += matches;
    return figure;
  };
}
