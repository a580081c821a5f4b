import type { Parameters } from '@diraclab/contract';

/**
 * What somebody would write who wants these rows in these tables and nothing else: no HTTP, no check, no retry. Same tables, same keys and
 * indexes, same durability. It is the other half of every ratio.
 */
export interface RawDatabase {
  /** One transaction: a description, a job and two lines of history for each row, counters, the queue. Gives the number of jobs. */
  submitBulk(work: RawSubmission): Promise<void>;
  /** One job, one commit. With `counted`, counters and queue as well, whose rows all submissions share. */
  submitOne(work: RawSubmission, counted: boolean): Promise<void>;
  /** Grouped claim: a few queues at random, the first job of the first that has one. With `kept`, history, attempt, counters and queue as well. */
  claim(pilot: { vo: string; pilotId: number }, kept: boolean): Promise<number | undefined>;
  close(): Promise<void>;
}

export interface RawSubmission {
  /** Canonical JSON, as the server has it. */
  requirements: string;
  descriptionBody: string;
  jobName: string;
  jobGroup: string;
  cpuTimeS: number;
  parameters: readonly Parameters[];
}

export const owner = { vo: 'laptop', ownerGroup: 'laptop_user', owner: 'bench' };
export const site = 'DIRAC.Bench.local';
