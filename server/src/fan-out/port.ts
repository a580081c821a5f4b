/**
 * What one server tells the others on the same database, after it is committed. Hints only: who misses one finds the truth in the database,
 * late; so nothing may be decided by them.
 */
export type Hint =
  /** Jobs changed. `more`: others than these did too. `grew`: a queue has jobs that had none, so waiting pilots may find something. */
  | { kind: 'jobs'; rows: readonly ChangedJob[]; more: boolean; grew: boolean }
  | { kind: 'output'; jobId: number }
  /** It is further than it was. */
  | { kind: 'operation'; operationId: number }
  /** These pilots should report now: their jobs are told something. */
  | { kind: 'ring'; pilotIds: readonly number[] };

/** What tells whom a change concerns; the rest is read by those who show it. */
export interface ChangedJob {
  job_id: number;
  job_group: string;
  vo: string;
  owner_group: string;
  owner: string;
  pilot_id: number | null;
}

export interface FanOut {
  tell(hint: Hint): void;
  /** Others' hints, never the own ones. */
  onHint(listener: (hint: Hint) => void): void;
  close(): Promise<void>;
}

/** One server alone has nobody to tell. */
export const alone: FanOut = { tell: () => undefined, onHint: () => undefined, close: () => Promise.resolve() };
