import type { Condition, WhyGroup, WhyJobs } from '@diraclab/contract';
import type { Db } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { loadQueuesById } from '../task-queues/task-queue-store.ts';
import { endActor, endInShort } from './explain-state.ts';
import { tellWaiting } from './explain-waiting.ts';
import type { Surroundings } from './explain-waiting.ts';
import { cursorAfter, parseCursor } from './page.ts';
import { heldTold, livePilots } from './why-job.ts';
import type { WhyParts } from './why-job.ts';
import { countStates, readSliceEnd } from './why-jobs-store.ts';
import type { StateCount } from './why-jobs-store.ts';

/** Queues of a page that are explained one by one, those with the most jobs. */
const mostQueues = 500;

export interface WhyQuery {
  where?: readonly Condition[] | undefined;
  after?: string | undefined;
}

type Told = Omit<WhyGroup, 'jobs' | 'exampleJobId'>;

/** Many jobs at once: each queue is explained once, and equal explanations are one. */
export async function whyJobs(parts: WhyParts, { where = [], after }: WhyQuery, caller: Caller): Promise<WhyJobs> {
  const db = parts.database.read;
  const slice = { where, caller, afterId: parseCursor(after) };
  const [end, counts] = await Promise.all([readSliceEnd(db, slice), countStates(db, slice, mostQueues)]);
  const told = await tellEach(db, parts, counts);
  const groups = new Map<string, WhyGroup>();
  const add = (of: Told, jobs: number, firstId: number): void => {
    const key = JSON.stringify([of.status, of.code, of.text]);
    const known = groups.get(key) ?? { ...of, jobs: 0, exampleJobId: firstId };
    groups.set(key, { ...known, jobs: known.jobs + jobs, exampleJobId: Math.min(known.exampleJobId, firstId) });
  };
  counts.forEach((count, i) => {
    const of = told[i];
    if (of !== undefined) add(of, count.jobs, count.firstId);
  });
  const unseen = end.jobs - counts.reduce((sum, { jobs }) => sum + jobs, 0);
  if (unseen > 0) add(notLookedAt, unseen, slice.afterId + 1);
  return {
    groups: [...groups.values()].sort((a, b) => b.jobs - a.jobs || a.exampleJobId - b.exampleJobId),
    jobs: end.jobs,
    next: cursorAfter(end),
  };
}

const notLookedAt: Told = {
  status: 'Waiting',
  code: 'MANY_QUEUES',
  actor: 'turn',
  text: `Others, in small queues: only the ${mostQueues} largest are explained at once.`,
  fits: null,
  next: 'Narrow the selection.',
};

async function tellEach(db: Db, parts: WhyParts, counts: readonly StateCount[]): Promise<Told[]> {
  const queues = await loadQueuesById(db, counts.flatMap(({ taskQueueId }) => (taskQueueId > 0 ? [taskQueueId] : []))); // prettier-ignore
  const resources = parts.resources.list();
  const reject = await parts.rejectAt(new Set(resources.map(({ offer }) => offer.site)));
  const around: Surroundings = { resources, pilots: livePilots(parts.offers()), reject, ahead: 0 };
  return counts.map(({ status, taskQueueId, queued, endReason, exitCode }): Told => {
    const queue = queues.get(taskQueueId);
    if (status !== 'Waiting' || queue === undefined)
      return {
        status,
        code: endReason ?? status,
        actor: endActor(endReason),
        text: endInShort(status, endReason, exitCode),
        fits: null,
        next: null,
      };
    if (queued === 0)
      return { status, code: heldTold.code, actor: heldTold.actor, text: heldTold.headline, fits: null, next: heldTold.next };
    const { code, actor, headline, fits, next } = tellWaiting(queue, around);
    return { status, code, actor, text: headline, fits, next };
  });
}
