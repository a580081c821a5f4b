import type { Client, JobDescription, JobReport, MatchedJob, ResourceOffer } from '@diraclab/contract';
import { matchJobs, reportJobs, submitJobs } from '@diraclab/contract';
import type { RawDatabase } from '../raw/port.ts';
import type { Arena } from './arena.ts';
import { perSecondOf } from './drive.ts';
import { parametersFor, rawOf } from './work.ts';

const queues = 40;

/** What the jobs of each queue need. */
export const needs: JobDescription[] = Array.from({ length: queues }, (_, i) => ({
  executable: '/bin/true',
  jobName: 'match',
  jobGroup: `match-${i}`,
  cpuTimeS: [3_600, 86_400, 172_800, 604_800][i % 4] ?? 3_600,
  tags: [`tag${Math.floor(i / 4)}`],
}));
/** Fits them all. */
export const offer: ResourceOffer = {
  slots: 1, processors: 1, ramMB: 8_000, cpuTimeLeftS: 1_000_000, platform: 'x86_64-linux', tags: [...new Set(needs.flatMap(({ tags = [] }) => tags))],
  host: 'wn1', pid: 1, version: 'bench', waitMs: 0,
}; // prettier-ignore

export interface Window {
  askers: number;
  matches: number;
}

export interface Taking {
  fill(each: number): Promise<void>;
  /** One window, and the queues full again after it. */
  take: () => Promise<number>;
  books: { jobs: number; claimed: number };
}

function taking(
  { askers, matches }: Window,
  submit: (description: JobDescription, n: number) => Promise<unknown>,
  claim: (asker: number) => Promise<boolean>,
  after: () => Promise<unknown> = () => Promise.resolve(),
): Taking {
  const books = { jobs: 0, claimed: 0 };
  const fill = async (each: number) => {
    for (const description of needs) await submit(description, each);
    books.jobs += each * needs.length;
  };
  const take = async () => {
    const figure = await perSecondOf(matches, askers, async (asker) => {
      if (!(await claim(asker))) throw new Error('A pilot got nothing although jobs wait.');
      books.claimed += 1;
    });
    await after();
    await fill(Math.round(matches / needs.length));
    return figure;
  };
  return { fill, take, books };
}

/** Matched jobs end well after the window: a pilot that is silent for a minute would have them Stalled, and the next window slowed. */
export function takingOfOurs({ server, pilots }: Arena, window: Window): Taking {
  const held = pilots.map((): MatchedJob[] => []);
  return taking(
    window,
    (description, n) => server.call(submitJobs, { body: { description, parameters: parametersFor(n) } }),
    async (asker) => {
      const { jobs: got } = await (pilots[asker] as Client)(matchJobs, { body: offer });
      held[asker]?.push(...got);
      return got.length === 1;
    },
    async () => {
      for (const [asker, call] of pilots.entries()) {
        const ended = held[asker]?.splice(0) ?? [];
        while (ended.length > 0) await call(reportJobs, { body: { jobs: ended.splice(0, 1000).map(doneReport) } });
      }
    },
  );
}

export function doneReport({ jobId, attempt }: MatchedJob): JobReport {
  const end = { reason: 'exit' as const, exitCode: 0, cpuTimeUsedS: 0, wallTimeUsedS: 0, maxRssMB: null, outputs: [] };
  return {
    jobId,
    attempt,
    statuses: [
      { sequence: 1, status: 'Running', minorStatus: 'Application' },
      { sequence: 2, status: 'Completing', minorStatus: 'Uploading Output Sandbox' },
      { sequence: 3, status: 'Done', minorStatus: 'Execution Complete', end },
    ],
  };
}

export function takingOfRaw(raw: RawDatabase, kept: boolean, window: Window): Taking {
  return taking(
    window,
    (description, n) => raw.submitBulk(rawOf(description, parametersFor(n), description.jobGroup ?? '')),
    async (asker) => (await raw.claim({ vo: 'laptop', pilotId: asker + 1 }, kept)) !== undefined,
  );
}
