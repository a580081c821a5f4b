import type { Why } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import { instant } from '../jobs/job-row.ts';
import type { JobRow } from '../jobs/job-row.ts';
import { readDescription } from '../jobs/job-store.ts';
import type { LiveOffer } from '../task-queues/waiting-pilots.ts';
import { toOffer } from '../task-queues/claim-jobs.ts';
import { loadQueue } from '../task-queues/task-queue-store.ts';
import type { StoredQueue } from '../task-queues/task-queue-store.ts';
import type { Reject } from './ask-matcher.ts';
import { explainState } from './explain-state.ts';
import { explainWaiting } from './explain-waiting.ts';
import type { Explanation } from './explain-waiting.ts';
import type { KnownResources } from './known-resources.ts';
import type { Start } from './order-store.ts';
import type { LivePilot } from './resource.ts';
import { orderOf } from './why-order.ts';

export interface WhyParts {
  database: Database;
  resources: KnownResources;
  /** The matcher's function as the policies of these sites have it now. */
  rejectAt: (sites: Iterable<string>) => Promise<Reject>;
  /** What live pilots offered last. */
  offers: () => readonly LiveOffer[];
  /** Queues in which jobs wait. */
  waitingQueues: () => Iterable<StoredQueue>;
  starts: (vo: string, nowMs: number) => Promise<readonly Start[]>;
}

export const livePilots = (offers: readonly LiveOffer[]): LivePilot[] =>
  offers.map(({ pilot, offer, asking }) => ({ computingElement: pilot.computingElement, offer: toOffer(pilot, offer), asking }));

/** A job that waits outside its queue waits for a person. */
export const heldTold = {
  code: 'HELD',
  actor: 'you',
  headline: 'It is held: no pilot is given it until it is released.',
  next: 'Release it.',
} as const;

export async function whyJob(parts: WhyParts, row: JobRow): Promise<Why> {
  const { database, resources } = parts;
  const db = database.read;
  const nowMs = await database.nowMs();
  const common = { jobId: row.job_id, status: row.status, since: instant(row.last_update_ms), evaluatedTime: instant(nowMs) };
  if (row.status !== 'Waiting') {
    const told = explainState({ row, needs: await readDescription(db, row.description_id), nowMs });
    return { ...common, ...told, ...nothing, order: null };
  }
  const queue = await loadQueue(db, row.task_queue_id);
  if (queue === undefined) throw new Error(`job ${row.job_id} waits in a task queue that does not exist`);
  const known = resources.list();
  const reject = await parts.rejectAt(new Set(known.map(({ offer }) => offer.site)));
  const starts = await parts.starts(row.vo, nowMs);
  const order = await orderOf(db, row, queue, parts.waitingQueues(), known, reject, starts);
  const told = explainWaiting(queue, { resources: known, pilots: livePilots(parts.offers()), reject, ahead: order.ahead });
  return { ...common, ...(row.queued === 0 ? hold(told) : told), order };
}

const nothing = { fits: null, causes: [], funnel: [], changes: [] };

/** What keeps it is the hold; what it would meet after it is still worth knowing. */
function hold(told: Explanation): Explanation {
  const { code, actor, headline, next } = heldTold;
  return { ...told, code, actor, headline, next, causes: [{ code, text: headline, actor, resources: 0 }, ...told.causes] };
}
