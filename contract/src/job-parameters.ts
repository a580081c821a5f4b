import { z } from 'zod';
import { JobId } from './jobs';
import { route } from './route';
import { oneLine } from './texts';

/** By name; a name that is there gets the new value. */
export const NewJobParameters = z
  .record(oneLine(64).min(1), oneLine(1000))
  .refine((values) => Object.keys(values).length <= 50, 'has more than 50 names')
  .meta({ id: 'NewJobParameters' });
export type NewJobParameters = z.infer<typeof NewJobParameters>;

/** A job keeps at most this many, of all its attempts together. */
export const mostJobParameters = 500;

export const setJobParameters = route({
  name: 'setJobParameters',
  summary: 'Note facts about a job, by name; they belong to its current attempt',
  method: 'POST',
  path: '/jobs/:jobId/parameters',
  params: z.strictObject({ jobId: JobId }),
  body: z.strictObject({ parameters: NewJobParameters }).meta({ id: 'JobParametersBody' }),
  returns: z.object({}).meta({ id: 'JobParametersSet' }),
  errors: ['BadRequest', 'NotFound', 'TooLarge'],
});
