import { isFinal, type StatusReport } from '@diraclab/contract';

/** Changes of state of one attempt that the server has not acknowledged, in order. */
export interface StatusQueue {
  readonly nextSequence: number;
  readonly pending: readonly StatusReport[];
  /** The last change has been added. */
  readonly closed: boolean;
}

export const emptyQueue: StatusQueue = { nextSequence: 1, pending: [], closed: false };

/** The contract's limit on one message. */
const mostPerMessage = 100;

export function addStatus(queue: StatusQueue, status: Omit<StatusReport, 'sequence'>): StatusQueue {
  if (queue.closed) throw new Error(`status ${status.status} was added after the final one`);
  return {
    nextSequence: queue.nextSequence + 1,
    pending: [...queue.pending, { sequence: queue.nextSequence, ...status }],
    closed: isFinal(status.status) || status.status === 'Rescheduled',
  };
}

/** The server has all up to `sequence`. An answer that comes late, with a smaller number, changes nothing. */
export function acknowledge(queue: StatusQueue, sequence: number): StatusQueue {
  return { ...queue, pending: queue.pending.filter((status) => status.sequence > sequence) };
}

export const toSend = (queue: StatusQueue): StatusReport[] => queue.pending.slice(0, mostPerMessage);

/** Everything was said and heard. */
export const isSettled = (queue: StatusQueue): boolean => queue.closed && queue.pending.length === 0;

/** The same last number with another content: when the server refused the final report as it was. */
export function replaceLast(queue: StatusQueue, change: (status: StatusReport) => StatusReport): StatusQueue {
  return { ...queue, pending: queue.pending.map((status, index) => (index === queue.pending.length - 1 ? change(status) : status)) };
}
