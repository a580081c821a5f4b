import { z } from 'zod';
import { Where } from './job-search';
import { JobId } from './jobs';
import { route } from './route';

/** Which jobs: ids, or all that conditions hold for (never both). */
export const Selection = z
  .strictObject({ jobIds: z.array(JobId).min(1).max(100_000).optional(), where: Where.min(1).optional() })
  .refine((selection) => (selection.jobIds === undefined) !== (selection.where === undefined), 'must have either "jobIds" or "where"')
  .meta({ id: 'Selection' });
export type Selection = z.infer<typeof Selection>;

export const ActResult = z
  .object({
    successful: z.array(z.number().int()),
    failed: z.array(z.object({ jobId: z.number().int(), code: z.string(), detail: z.string() })),
  })
  .meta({ id: 'ActResult' });
export type ActResult = z.infer<typeof ActResult>;

const act = { method: 'POST', body: Selection, returns: ActResult, errors: ['BadRequest', 'NotAllowed'] } as const;

export const killJobs = route({
  ...act,
  name: 'killJobs',
  path: '/jobs/kill',
  summary: 'Kill jobs that are not final; a running payload gets SIGTERM, later SIGKILL',
});
export const rescheduleJobs = route({
  ...act,
  name: 'rescheduleJobs',
  path: '/jobs/reschedule',
  summary: 'Put jobs back into the queue as a new attempt',
});
export const deleteJobs = route({
  ...act,
  name: 'deleteJobs',
  path: '/jobs/delete',
  summary: 'Delete jobs; those that may still run are refused',
});
