import type { JobReport } from '@diraclab/contract';
import { cpuTimeS, wallTimeS, type JobRecord } from './job-record.ts';
import { maxChunkBytes } from './output-tail.ts';
import { toSend } from './status-queue.ts';

/**
 * Output of all jobs together in one message. A pilot with hundreds of talkative jobs would else send tens of megabytes at once; what
 * does not fit goes with the next message.
 */
export const maxMessageOutputBytes = 16 * maxChunkBytes;

export interface Message {
  readonly jobs: JobReport[];
  /** Something was left for the next message. */
  readonly isPartial: boolean;
}

/** All jobs of the pilot: their heartbeat, what the server has not acknowledged, and new output. */
export async function buildMessage(records: readonly JobRecord[]): Promise<Message> {
  const jobs: JobReport[] = [];
  let leftBytes = maxMessageOutputBytes;
  let isPartial = false;
  for (const record of records) {
    const output: NonNullable<JobReport['output']> = [];
    for (const tail of record.tails) {
      if (leftBytes < maxChunkBytes) {
        isPartial = true;
        break;
      }
      const chunk = await tail.next(record.statuses.closed);
      if (chunk === undefined) continue;
      output.push({ stream: tail.stream, ...chunk });
      if (tail.hasMore(chunk.end)) isPartial = true;
      leftBytes -= chunk.end - chunk.from;
    }
    const statuses = toSend(record.statuses);
    if (statuses.length < record.statuses.pending.length) isPartial = true;
    jobs.push({
      jobId: record.job.jobId,
      attempt: record.job.attempt,
      statuses,
      ...(output.length === 0 ? {} : { output }),
      cpuTimeUsedS: cpuTimeS(record),
      wallTimeUsedS: wallTimeS(record),
      ...(record.payload === undefined ? {} : { rssMB: record.payload.usage.rssMB }),
    });
  }
  return { jobs, isPartial };
}
