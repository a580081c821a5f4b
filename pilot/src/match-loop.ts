import { matchJobs, type MatchedJob, type ResourceOffer } from '@diraclab/contract';
import { backoffMs } from './backoff.ts';
import { pause } from './retry.ts';
import type { ServerLink } from './server-link.ts';

export interface MatchNeeds {
  readonly link: ServerLink;
  /** Fires when no more jobs are wanted. */
  readonly leaving: AbortSignal;
  /** What to offer now; undefined when nothing is free. */
  offer(): Promise<ResourceOffer | undefined>;
  /** No job could be taken any more, however long one waits. */
  isOver(): boolean;
  /** Settles when a slot becomes free. */
  freed(): Promise<void>;
  start(job: MatchedJob): void;
}

/** How long nothing is offered before looking again whether the disk, which rings no bell, has space. */
const lookAgainMs = 1000;
/** How much later than promised an answer may come. */
const lateMs = 10_000;

/** Offers what is free, as long as anything is, and starts what comes. Returns why it ended. */
export async function matchLoop({ link, leaving, offer, isOver, freed, start }: MatchNeeds): Promise<'told' | 'time' | 'left'> {
  let failures = 0;
  while (!leaving.aborted) {
    if (isOver()) return 'time';
    const body = await offer();
    if (body === undefined) {
      await Promise.race([freed(), pause(lookAgainMs, leaving)]);
      continue;
    }
    try {
      const answer = await link.ask(body.waitMs + lateMs, leaving, (client, { signal }) => client(matchJobs, { body }, { signal }));
      failures = 0;
      // What was handed over is ours, even if we are about to leave.
      for (const job of answer.jobs) start(job);
      if (answer.stop) return 'told';
    } catch {
      failures += 1;
      await pause(backoffMs(failures, Math.random()), leaving);
    }
  }
  return 'left';
}
