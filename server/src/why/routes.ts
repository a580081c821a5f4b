import * as contract from '@diraclab/contract';
import type { Doors } from '../http/answer.ts';
import { readsJobs } from '../identity/policies.ts';
import { readJob } from '../jobs/job-store.ts';
import { groupFailures } from './group-failures.ts';
import { whyJob } from './why-job.ts';
import type { WhyParts } from './why-job.ts';
import { whyJobs } from './why-jobs.ts';
import { whySuspended } from './why-suspended.ts';

export function whyDoors(doors: Doors, parts: WhyParts): void {
  const db = parts.database.read;
  doors.answer(contract.whyJob, {
    may: readsJobs,
    does: async ({ params }, caller) => {
      const row = await readJob(db, params.jobId, caller);
      return (await whySuspended(parts.database, row, caller)) ?? whyJob(parts, row);
    },
  });
  doors.answer(contract.whyJobs, { may: readsJobs, does: ({ body }, caller) => whyJobs(parts, body, caller) });
  doors.answer(contract.groupFailures, { may: readsJobs, does: ({ body }, caller) => groupFailures(db, body, caller) });
}
