import * as contract from '@diraclab/contract';
import type { Doors } from '../http/answer.ts';
import { isUser } from '../identity/caller.ts';
import { readJob } from '../jobs/job-store.ts';
import { groupFailures } from './group-failures.ts';
import { whyJob } from './why-job.ts';
import type { WhyParts } from './why-job.ts';
import { whyJobs } from './why-jobs.ts';

export function whyDoors(doors: Doors, parts: WhyParts): void {
  const db = parts.database.read;
  doors.answer(contract.whyJob, {
    may: isUser,
    does: async ({ params }, caller) => whyJob(parts, await readJob(db, params.jobId, caller)),
  });
  doors.answer(contract.whyJobs, { may: isUser, does: ({ body }, caller) => whyJobs(parts, body, caller) });
  doors.answer(contract.groupFailures, { may: isUser, does: ({ body }, caller) => groupFailures(db, body, caller) });
}
