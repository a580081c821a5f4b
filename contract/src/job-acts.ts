import { z } from 'zod';
import { Where } from './job-search';
import { JobId } from './jobs';
import { route } from './route';
import { oneLine } from './texts';

/** Jobs in one call that is answered when all is done; more is a bulk operation (operations.ts), which says how far it is. */
export const mostJobsAnAct = 1000;

export const selectionShape = {
  jobIds: z.array(JobId).min(1).max(100_000).optional(),
  where: Where.min(1).optional(),
  /** Of those that the conditions hold for, these not. */
  except: z.array(JobId).max(10_000).optional(),
};
type Chosen = z.infer<z.ZodObject<typeof selectionShape>>;
export const isOneSelection = ({ jobIds, where, except }: Chosen): boolean =>
  (jobIds === undefined) !== (where === undefined) && (except === undefined || where !== undefined);
export const oneSelection = 'must have either "jobIds", or "where" (and perhaps "except")';

/** Which jobs: ids, or all that conditions hold for (never both). */
export const Selection = z.strictObject(selectionShape).refine(isOneSelection, oneSelection).meta({ id: 'Selection' });
export type Selection = z.infer<typeof Selection>;

/** Sending the same key again does nothing and gives the first answer. What an act does twice is the same anyway, but for reschedule. */
const idempotencyKey = oneLine(200).min(1).optional();
const ActBody = z
  .strictObject({ ...selectionShape, idempotencyKey })
  .refine(isOneSelection, oneSelection)
  .meta({ id: 'ActBody' });
export type ActBody = z.infer<typeof ActBody>;

/** DIRAC's UserPriority; see the job description. */
export const Priority = z.number().int().min(0).max(10);
const PriorityBody = z
  .strictObject({ ...selectionShape, idempotencyKey, priority: Priority })
  .refine(isOneSelection, oneSelection)
  .meta({ id: 'PriorityBody' });

export const ActResult = z
  .object({
    successful: z.array(z.number().int()),
    failed: z.array(z.object({ jobId: z.number().int(), code: z.string(), detail: z.string() })),
  })
  .meta({ id: 'ActResult' });
export type ActResult = z.infer<typeof ActResult>;

const act = { method: 'POST', body: ActBody, returns: ActResult, errors: ['BadRequest', 'NotAllowed', 'TooLarge', 'KeyReused'] } as const;

/** These are done at once, also a kill: an undo belongs to bulk operations. */
export const killJobs = route({
  ...act,
  name: 'killJobs',
  path: '/jobs/kill',
  summary: 'Kill up to 1,000 jobs that are not final, at once; a running payload gets SIGTERM, later SIGKILL',
});
export const rescheduleJobs = route({
  ...act,
  name: 'rescheduleJobs',
  path: '/jobs/reschedule',
  summary: 'Put up to 1,000 jobs back into the queue as a new attempt',
});
export const deleteJobs = route({
  ...act,
  name: 'deleteJobs',
  path: '/jobs/delete',
  summary: 'Put up to 1,000 jobs into the bin, from which they can be restored for a week; those that may still run are refused',
});
export const restoreJobs = route({
  ...act,
  name: 'restoreJobs',
  path: '/jobs/restore',
  summary: 'Bring up to 1,000 deleted jobs back from the bin, into the state that they had',
});
export const holdJobs = route({
  ...act,
  name: 'holdJobs',
  path: '/jobs/hold',
  summary: 'Take up to 1,000 waiting jobs out of the queue until they are released',
});
export const releaseJobs = route({
  ...act,
  name: 'releaseJobs',
  path: '/jobs/release',
  summary: 'Put up to 1,000 held jobs back into the queue, at the place that they had',
});
export const prioritiseJobs = route({
  ...act,
  body: PriorityBody,
  name: 'prioritiseJobs',
  path: '/jobs/priority',
  summary: 'Change the priority of up to 1,000 waiting jobs',
});
