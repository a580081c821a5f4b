import type { ActResult, Selection } from '@diraclab/contract';
import { outcome, participles, type BulkAct } from '../jobs-table/bulk';
import type { IDiracSession } from '../tokens';
import { operate, type Told } from './operate';

export type Act = BulkAct;
const routeOf = {
  kill: 'killJobs', reschedule: 'rescheduleJobs', delete: 'deleteJobs', restore: 'restoreJobs', hold: 'holdJobs', release: 'releaseJobs',
} as const; // prettier-ignore

/**
 * Does it and says in words what came out. One job at once, and a refusal is an error; more are an operation, of which `tell` hears how far it is.
 */
export async function act(session: IDiracSession, what: Act, selection: Selection, tell: Told = () => undefined): Promise<string> {
  if (selection.jobIds?.length !== 1) return outcome(await operate(session, { ...selection, act: what }, tell));
  const result: ActResult = await session.call(routeOf[what], { body: selection });
  const first = result.failed[0];
  if (first !== undefined) throw Object.assign(new Error(first.detail), { code: first.code, next: refusedNext });
  return `Job ${result.successful.join(', ')} is ${participles[what]}.`;
}

const refusedNext = 'Look at the state of the job: it may have ended meanwhile.';
