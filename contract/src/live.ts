import { z } from 'zod';
import { GroupSummary, JobQuery } from './job-search';
import { Job, JobId, JobStatus, OutputStream, Peek } from './jobs';
import { BulkOperation } from './operations';
import { oneLine } from './texts';

/**
 * Live events go over one socket.io connection, WebSocket only, at the path {@link livePath}. A client says `watch` with an id of its
 * choosing and what it wants to see; it gets a snapshot in the acknowledgement and then `frame` events for that id, at most four a second,
 * the latest state of each job winning. `unwatch` ends it. A watch ends with its connection: after a reconnect the client watches again.
 */
export const livePath = '/api/live';
export const maxFramesPerSecond = 4;

const WatchId = z.string().min(1).max(100);

export const Watch = z.discriminatedUnion('kind', [
  /** The jobs with these ids. */
  z.strictObject({ watchId: WatchId, kind: z.literal('jobs'), jobIds: z.array(JobId).min(1).max(1000) }),
  /** How many jobs are in each state, and the newest groups. */
  z.strictObject({ watchId: WatchId, kind: z.literal('counts'), groups: z.number().int().min(0).max(200) }),
  /** One group, however old: what a card of a group follows. */
  z.strictObject({ watchId: WatchId, kind: z.literal('group'), jobGroup: oneLine(128).min(1) }),
  /** One window of a query. */
  z.strictObject({ watchId: WatchId, kind: z.literal('view'), query: JobQuery }),
  /** How far a bulk operation is. */
  z.strictObject({ watchId: WatchId, kind: z.literal('operation'), operationId: z.number().int().positive() }),
  /** Output of a job as it comes. */
  z.strictObject({ watchId: WatchId, kind: z.literal('output'), jobId: JobId, stream: OutputStream, from: z.number().int() }),
]);
export type Watch = z.infer<typeof Watch>;

export const Frame = z.discriminatedUnion('kind', [
  /** Only those that changed. */
  z.object({ watchId: WatchId, kind: z.literal('jobs'), jobs: z.array(Job) }),
  z.object({
    watchId: WatchId,
    kind: z.literal('counts'),
    counts: z.partialRecord(JobStatus, z.number().int()),
    groups: z.array(GroupSummary),
  }),
  /** Null: no such group, or none that the caller may see. */
  z.object({ watchId: WatchId, kind: z.literal('group'), group: GroupSummary.nullable() }),
  /** `order` is the whole window now; `jobs` only the rows that are new in it or changed. */
  z.object({
    watchId: WatchId,
    kind: z.literal('view'),
    order: z.array(z.number().int()),
    jobs: z.array(Job),
    total: z.number().int(),
    /** As of a page. */
    approximate: z.literal(true).optional(),
    next: z.string().nullable(),
  }),
  z.object({ watchId: WatchId, kind: z.literal('operation'), operation: BulkOperation }),
  z.object({ watchId: WatchId, kind: z.literal('output'), output: Peek }),
]);
export type Frame = z.infer<typeof Frame>;

/** Acknowledgement of `watch`: the first frame, or why not. */
export type WatchAnswer = { ok: true; frame: Frame } | { ok: false; code: string; detail: string };

export interface ClientToServer {
  watch: (watch: Watch, answer: (result: WatchAnswer) => void) => void;
  unwatch: (watchId: string) => void;
}
export interface ServerToClient {
  frame: (frame: Frame) => void;
}
