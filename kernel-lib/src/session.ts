import { ContractError, isFinal, whoAmI, type Client, type Job } from '@diraclab/contract';
import { findServer, openClient, type Env } from './connection';
import { createLive, type Live } from './live';
import { createScreen, type Screen } from './notebook';
import type { WhoAmI } from './types';

/** What handles share: one client, one live connection, one screen. Nothing is opened before it is needed. */
export interface Session {
  client(): Promise<Client>;
  readonly live: Live;
  readonly screen: Screen;
  /** A laptop's answer does not change while its server lives and is asked for once; at a service one may change the group. */
  whoami(): Promise<WhoAmI>;
}

export function createSession(env: Env = process.env, screen: Screen = createScreen()): Session {
  const client = once(() => openClient(env));
  let onLaptop: WhoAmI | undefined;
  return {
    client,
    live: createLive(() => findServer(env)),
    screen,
    async whoami() {
      if (onLaptop !== undefined) return onLaptop;
      const me = await (await client())(whoAmI, {});
      if (me.server.mode === 'laptop') onLaptop = me;
      return me;
    },
  };
}

let ours: Session | undefined;

/** The one session of this process, which the notebook's imports share. */
export function defaultSession(): Session {
  return (ours ??= createSession());
}

/** Remembers a success; after a failure the next call tries again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** Ids in one watch, the contract's limit. */
const idsPerWatch = 1000;

/**
 * Follows jobs: each as it is now, then whenever it changes. Never a request per job: one watch for a thousand of them. A watch ends
 * when all of its jobs are final, so that a group of which one job is left costs one watch.
 */
export function watchJobs(live: Live, jobIds: readonly number[], onJob: (job: Job) => void, onRefused: (error: Error) => void): () => void {
  const ends: (() => void)[] = [];
  for (let first = 0; first < jobIds.length; first += idsPerWatch) {
    const open = new Set(jobIds.slice(first, first + idsPerWatch));
    const end = live.watch(
      // After a lost connection only those are asked for that were still going.
      () => ({ kind: 'jobs', jobIds: [...open] }),
      (frame, isFirst) => {
        if (frame.kind !== 'jobs') return;
        // Absent and forbidden look alike: the first state lacks them. Without this a wait for a wrong id would never end.
        const missing = isFirst ? [...open].find((jobId) => !frame.jobs.some((job) => job.jobId === jobId)) : undefined;
        if (missing !== undefined) {
          end();
          return onRefused(new ContractError('NotFound', `There is no job ${missing} of yours.`, { ids: { jobId: missing } }));
        }
        for (const job of frame.jobs) {
          if (isFinal(job.status)) open.delete(job.jobId);
          onJob(job);
        }
        if (open.size === 0) end();
      },
      onRefused,
    );
    ends.push(end);
  }
  return () => ends.forEach((end) => end());
}

/** What a card says about where its job lives, for readers of a saved notebook; no address, because notebooks travel. */
export async function serverName(session: Session): Promise<string> {
  const { server, owner, vo } = await session.whoami();
  return `${server.mode}: ${owner} of ${vo}`;
}
