import type { JobDescription } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { submitTogether } from '../jobs/submit-job.ts';

export const personOf = (ownerGroup: string, owner = 'alice', vo = 'laptop'): Caller => ({
  kind: 'user', owner, ownerGroup, vo, properties: new Set(['NormalUser'] as const),
}); // prettier-ignore

/** Jobs of somebody else than the laptop's one person: by the rule, without the door. The server learns of them as of another server's. */
export async function submitAs(database: Database, caller: Caller, n: number, needs: Partial<JobDescription> = {}): Promise<number[]> {
  const parameters = Array.from({ length: n }, (_, i) => ({ i }));
  const submission = { description: { executable: '/bin/true', ...needs }, parameters };
  const [answer] = await database.transaction((tx, nowMs) => submitTogether(tx, [{ submission, caller }], nowMs));
  if (answer === undefined || answer instanceof Error) throw answer ?? new Error('a submission was not answered');
  return answer.jobIds;
}
