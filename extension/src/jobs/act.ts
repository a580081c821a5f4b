import type { ActResult, Selection } from '@diraclab/contract';
import type { IDiracSession } from '../tokens';

export type Act = 'kill' | 'reschedule' | 'delete';
const routeOf = { kill: 'killJobs', reschedule: 'rescheduleJobs', delete: 'deleteJobs' } as const;
const participle = { kill: 'killed', reschedule: 'rescheduled', delete: 'deleted' } as const;

/** Does it and says in words what came out; a selection of which nothing succeeded is an error. */
export async function act(session: IDiracSession, what: Act, selection: Selection): Promise<string> {
  const result: ActResult = await session.call(routeOf[what], { body: selection });
  const first = result.failed[0];
  if (result.successful.length === 0 && first !== undefined)
    throw Object.assign(new Error(first.detail), { code: first.code, next: refusedNext });
  return inWords(what, result);
}

const refusedNext = 'Look at the state of the job: it may have ended meanwhile.';

export function inWords(what: Act, { successful, failed }: ActResult): string {
  const count = successful.length;
  const done = count === 1 ? `Job ${successful[0]} is ${participle[what]}.` : `${count.toLocaleString()} jobs are ${participle[what]}.`;
  const first = failed[0];
  return first === undefined ? done : `${done} ${failed.length.toLocaleString()} refused, the first: job ${first.jobId}, ${first.detail}`;
}
