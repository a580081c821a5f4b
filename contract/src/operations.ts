import { z } from 'zod';
import { isOneSelection, oneSelection, Priority, selectionShape } from './job-acts';
import { Cursor, Instant } from './paging';
import { route } from './route';
import { oneLine } from './texts';

export const jobActs = ['kill', 'reschedule', 'delete', 'restore', 'hold', 'release', 'prioritise'] as const;
export const JobAct = z.enum(jobActs).meta({ id: 'JobAct' });
export type JobAct = z.infer<typeof JobAct>;

/** How long a bulk kill waits before it begins, so that it can be undone. */
export const undoS = 10;

/**
 * `Selecting`: the jobs are being written down; what is submitted later is not among them. `Delayed`: until `undoUntilTime` nothing happens.
 * `Cancelled`: what was not reached stays as it is. `Undone`: nothing happened at all.
 */
export const operationStates = ['Selecting', 'Delayed', 'Running', 'Done', 'Cancelled', 'Undone'] as const;
export const OperationState = z.enum(operationStates).meta({ id: 'OperationState' });
export type OperationState = z.infer<typeof OperationState>;
export const hasEnded = (state: OperationState): boolean => state === 'Done' || state === 'Cancelled' || state === 'Undone';

/** One act on many jobs, carried on by the servers until it is done, whoever of them dies or is asked. */
export const BulkOperation = z
  .object({
    operationId: z.number().int(),
    act: JobAct,
    priority: Priority.nullable(),
    state: OperationState,
    requestTime: Instant,
    undoUntilTime: Instant.nullable(),
    endTime: Instant.nullable(),
    /** Jobs selected; it grows while they are being selected. */
    total: z.number().int(),
    accepted: z.number().int(),
    refused: z.number().int(),
    /** Refusals by their reason, most common first, each with a few jobs as examples. */
    refusals: z.array(z.object({ reason: z.string(), count: z.number().int(), jobIds: z.array(z.number().int()) })),
  })
  .meta({ id: 'BulkOperation' });
export type BulkOperation = z.infer<typeof BulkOperation>;

export const OperationBody = z
  .strictObject({
    ...selectionShape,
    act: JobAct,
    /** For `prioritise`. */
    priority: Priority.optional(),
    /** Seconds in which it can still be undone; default 10 for a kill of more than one job, else 0: then it begins at once. */
    delayS: z.number().int().min(0).max(60).optional(),
    /** Sending the same key again starts nothing and gives the first operation. */
    idempotencyKey: oneLine(200).min(1).optional(),
  })
  .refine(isOneSelection, oneSelection)
  .refine(({ act, priority }) => (act === 'prioritise') === (priority !== undefined), {
    message: 'belongs to "prioritise", which needs it',
    path: ['priority'],
  })
  .meta({ id: 'OperationBody' });
export type OperationBody = z.infer<typeof OperationBody>;

export const startOperation = route({
  name: 'startOperation',
  summary: 'Do one act to all jobs of a selection, however many; answered at once, done in slices',
  method: 'POST',
  path: '/operations',
  body: OperationBody,
  returns: BulkOperation,
  status: 201,
  errors: ['BadRequest', 'NotAllowed', 'KeyReused'],
});

export const listOperations = route({
  name: 'listOperations',
  summary: 'The newest of your operations of the last week',
  method: 'GET',
  path: '/operations',
  query: z.strictObject({ limit: z.coerce.number().int().min(1).max(100).optional() }),
  returns: z.object({ operations: z.array(BulkOperation) }).meta({ id: 'OperationList' }),
  errors: ['BadRequest'],
});

const OperationPath = z.strictObject({ operationId: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) });
const one = { params: OperationPath, returns: BulkOperation } as const;

export const getOperation = route({
  ...one,
  name: 'getOperation',
  summary: 'How far an operation is',
  method: 'GET',
  path: '/operations/:operationId',
  errors: ['NotFound'],
});
export const undoOperation = route({
  ...one,
  name: 'undoOperation',
  summary: 'Take an operation back before it has begun: none of its jobs is touched',
  method: 'POST',
  path: '/operations/:operationId/undo',
  errors: ['NotFound', 'IllegalTransition'],
});
export const cancelOperation = route({
  ...one,
  name: 'cancelOperation',
  summary: 'Stop an operation where it is: jobs that it has not reached stay as they are',
  method: 'POST',
  path: '/operations/:operationId/cancel',
  errors: ['NotFound', 'IllegalTransition'],
});

export const OperationResult = z
  .object({
    jobId: z.number().int(),
    outcome: z.enum(['pending', 'accepted', 'refused']),
    reason: z.string().nullable(),
  })
  .meta({ id: 'OperationResult' });
export type OperationResult = z.infer<typeof OperationResult>;

export const getOperationResults = route({
  name: 'getOperationResults',
  summary: 'What became of each job of an operation, by job number, a page at a time',
  method: 'GET',
  path: '/operations/:operationId/results',
  params: OperationPath,
  query: z.strictObject({
    /** Only the refused ones. */
    refused: z.literal('true').optional(),
    limit: z.coerce.number().int().min(1).max(1000).optional(),
    after: Cursor.optional(),
  }),
  returns: z.object({ results: z.array(OperationResult), next: z.string().nullable() }).meta({ id: 'OperationResults' }),
  errors: ['BadRequest', 'NotFound'],
});
