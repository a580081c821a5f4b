import { constants } from 'node:os';
import type { EndReason } from '@diraclab/contract';
import type { Brought } from './bring-outputs.ts';
import type { JobFailure } from './job-failure.ts';
import type { Order } from './orders.ts';
import type { PayloadEnd } from './payload/index.ts';

/** How a job ended, as its final report says it. */
export interface Outcome {
  readonly status: 'Done' | 'Failed' | 'Killed';
  readonly minorStatus: string;
  readonly reason: EndReason;
  readonly exitCode: number | null;
  readonly details: readonly string[];
}

export const done: Outcome = { status: 'Done', minorStatus: 'Execution Complete', reason: 'exit', exitCode: 0, details: [] };

/** A step that did not end well. Ended by a signal, it has the exit code a shell would give: 128 and the signal's number. */
export function outcomeOfEnd({ exitCode, signal }: PayloadEnd, step: { number: number; of: number; executable: string }): Outcome {
  const which = step.of === 1 ? step.executable : `step ${step.number} of ${step.of} (${step.executable})`;
  const how = signal === null ? `ended with exit code ${exitCode}` : `was ended by ${signal}`;
  return {
    status: 'Failed',
    minorStatus: 'Application Finished With Errors',
    reason: signal === null ? 'exit' : 'signal',
    exitCode: signal === null ? exitCode : 128 + constants.signals[signal],
    details: [`${which} ${how}`],
  };
}

export function outcomeOfFailure({ minorStatus, reason, exitCode, message }: JobFailure): Outcome {
  return { status: 'Failed', minorStatus, reason, exitCode, details: [message] };
}

/** A killed job has no exit code: what its processes answered to the signal is no word of theirs. */
export function outcomeOfOrder(order: Exclude<Order, 'stop' | 'drop'>): Outcome {
  if (order === 'kill') return { status: 'Killed', minorStatus: 'Received Kill signal', reason: 'killed', exitCode: null, details: [] };
  return outcomeOfFailure(order);
}

/** What became of the outputs: a job that was well fails when they did not come; one that failed keeps its reason. */
export function withOutputs(outcome: Outcome, { failure, notes }: Brought): Outcome {
  if (failure === undefined) return { ...outcome, details: [...outcome.details, ...notes] };
  if (outcome.status !== 'Done') return { ...outcome, details: [...outcome.details, failure.message, ...notes] };
  return { ...outcomeOfFailure(failure), exitCode: outcome.exitCode, details: [failure.message, ...notes] };
}
