import { isFinal, type Job } from '@diraclab/contract';
import { changesOf } from './changes';
import { JobFailed, WaitEnded } from './errors';
import { failureOf, wholeText } from './job-output';
import { jobFiles } from './output-files';
import { allPages } from './search';
import type { Session } from './session';
import type { GatherOptions, Gathered } from './types';

/** Outputs read at the same time: enough to hide the latency, few enough to leave the server to others. */
const readsAtOnce = 8;
/** Failures that are shown with the end of their output: it takes two requests each, and nobody reads a thousand of them. */
const mostTails = 100;
/** Values of one condition, the contract's limit. */
const idsPerCondition = 10_000;

export interface Member<P> {
  jobId: number;
  params: P;
}

type Settled<V> = { value: V } | { error: Error };

/** Waits for all members, reading each one's output as it ends. Nothing a job does throws here; only the caller's own signal does. */
export async function gather<P, V>(
  session: Session,
  what: string,
  members: readonly Member<P>[],
  options: GatherOptions<P, V>,
): Promise<Gathered<P, V>> {
  const latest = new Map<number, Job>();
  const settled = new Map<number, Settled<V>>();
  const paramsOf = new Map(members.map(({ jobId, params }) => [jobId, params]));
  const read = limited(readsAtOnce);
  let tailsLeft = mostTails;
  const reads: Promise<void>[] = [];
  const finish = async (job: Job) => {
    if (job.status === 'Done') return void settled.set(job.jobId, await valueOf(session, job, paramsOf.get(job.jobId) as P, options));
    tailsLeft -= 1;
    settled.set(job.jobId, { error: tailsLeft < 0 ? new JobFailed(job, '') : await failureOf(session, job) });
  };

  const ids = members.map(({ jobId }) => jobId);
  try {
    for await (const job of changesOf(session, ids, what, options)) {
      latest.set(job.jobId, job);
      if (isFinal(job.status)) reads.push(read(() => finish(job)));
    }
  } catch (error) {
    if (!(error instanceof WaitEnded && error.code === 'TimedOut')) throw error;
  }
  await Promise.all(reads);
  await addUnseen(session, ids, latest);

  const gathered: Gathered<P, V> = { ok: [], failed: [], pending: [] };
  for (const { jobId, params } of members) {
    const job = latest.get(jobId);
    const end = settled.get(jobId);
    if (job === undefined) continue;
    if (end === undefined) gathered.pending.push({ params, job });
    else if ('value' in end) gathered.ok.push({ params, value: end.value, job });
    else gathered.failed.push({ params, job, error: end.error });
  }
  return gathered;
}

/** The time may be up before the first state of all has come. They are still going as far as anybody here knows; none is left out. */
async function addUnseen(session: Session, jobIds: readonly number[], latest: Map<number, Job>): Promise<void> {
  const unseen = jobIds.filter((jobId) => !latest.has(jobId));
  for (let first = 0; first < unseen.length; first += idsPerCondition) {
    const values = unseen.slice(first, first + idsPerCondition);
    const rows = await allPages(session, { where: [{ field: 'jobId', operator: 'in', values }] });
    for (const job of rows) latest.set(job.jobId, job);
  }
}

async function valueOf<P, V>(session: Session, job: Job, params: P, { parse }: GatherOptions<P, V>): Promise<Settled<V>> {
  try {
    // The overloads of JobGroup.gather let V be anything but a string only together with `parse`.
    const value =
      parse === undefined ? ((await wholeText(session, job.jobId, 'stdout')) as V) : await parse(jobFiles(session, job.jobId), params);
    return { value };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}

function limited(atOnce: number): (act: () => Promise<void>) => Promise<void> {
  let free = atOnce;
  const queue: (() => void)[] = [];
  return async (act) => {
    if (free === 0) await new Promise<void>((resolve) => queue.push(resolve));
    else free -= 1;
    try {
      await act();
    } finally {
      const next = queue.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
