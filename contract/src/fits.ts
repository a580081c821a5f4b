import { z } from 'zod';

export const Fits = z
  .object({
    /** Resources that can take it, free or not. */
    now: z.number().int(),
    /** Resources known. */
    of: z.number().int(),
  })
  .meta({ id: 'Fits' });
export type Fits = z.infer<typeof Fits>;

/** How long jobs waited that started in the last hour. Never a promise. */
export const TypicalWait = z
  .object({
    p50Ms: z.number().int(),
    p90Ms: z.number().int(),
    /** How many starts this was taken from. */
    jobs: z.number().int(),
    /** Whose: jobs of the same queue, or, where those are few, of the VO. */
    of: z.enum(['queue', 'vo']),
  })
  .meta({ id: 'TypicalWait' });
export type TypicalWait = z.infer<typeof TypicalWait>;
