import type { StatusReport } from '@diraclab/contract';
import fc from 'fast-check';
import { acknowledge, addStatus, emptyQueue, isSettled, replaceLast, toSend } from './status-queue.ts';

const running = (minorStatus: string) => ({ status: 'Running' as const, minorStatus });

describe('statuses on their way to the server', () => {
  it('are numbered from 1 and said again until acknowledged', () => {
    const queue = addStatus(addStatus(emptyQueue, running('a')), running('b'));
    expect(toSend(queue).map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(toSend(acknowledge(queue, 1)).map(({ sequence }) => sequence)).toEqual([2]);
    expect(toSend(acknowledge(acknowledge(queue, 2), 1))).toEqual([]);
  });

  it('take nothing after the final one, and are settled when it was heard', () => {
    const queue = addStatus(emptyQueue, { status: 'Done', minorStatus: 'Execution Complete' });
    expect(isSettled(queue)).toBe(false);
    expect(isSettled(acknowledge(queue, 1))).toBe(true);
    expect(() => addStatus(queue, running('more'))).toThrow('after the final one');
  });

  it('keep the number of the last when it is said differently', () => {
    const queue = replaceLast(addStatus(addStatus(emptyQueue, running('a')), running('b')), (status) => ({ ...status, minorStatus: 'c' }));
    expect(toSend(queue).map(({ sequence, minorStatus }) => `${sequence}${minorStatus}`)).toEqual(['1a', '2c']);
  });

  it('arrive once and in order, whatever gets lost, comes twice or comes late', () => {
    const event = fc.oneof(fc.constant('add' as const), fc.constantFrom('send', 'lose', 'lose-answer', 'late-answer', 'repeat'));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        let queue = emptyQueue;
        const received: StatusReport[] = [];
        const take = (statuses: StatusReport[]) => {
          for (const status of statuses) if (status.sequence === received.length + 1) received.push(status);
          return received.length;
        };
        let added = 0;
        let late = 0;
        for (const happens of [...events, 'send', 'send', 'send', 'send']) {
          if (happens === 'add') queue = addStatus(queue, running(String((added += 1))));
          if (happens === 'send') queue = acknowledge(queue, take(toSend(queue)));
          if (happens === 'lose-answer') late = take(toSend(queue));
          if (happens === 'late-answer') queue = acknowledge(queue, late);
          if (happens === 'repeat') take([...toSend(queue), ...toSend(queue)]);
        }
        expect(received.map(({ minorStatus }) => Number(minorStatus))).toEqual(Array.from({ length: added }, (_, index) => index + 1));
        expect(queue.pending).toEqual([]);
      }),
    );
  });
});
