import type { Frame, Job } from '@diraclab/contract';
import { changesOf } from './changes';
import type { Live } from './live';
import type { Session } from './session';

const row = (jobId: number, status: Job['status'], second: number) => ({ jobId, status, minorStatus: '', applicationStatus: '', attempt: 1, lastUpdateTime: `2026-11-22T10:00:0${second}.000Z` }) as Job; // prettier-ignore
const frame = (...jobs: Job[]): Frame => ({ watchId: 'w', kind: 'jobs', jobs });

/** Frames in an order that a network may give them and that no server can be made to give on demand. */
function seen(jobIds: number[], ...frames: [Frame, isFirst: boolean][]): Promise<string[]> {
  const live: Live = {
    watch: (_spec, onFrame) => {
      setImmediate(() => frames.forEach(([one, isFirst]) => onFrame(one, isFirst)));
      return () => {};
    },
    offline: () => undefined,
    close: () => {},
  };
  const screen = { isNotebook: false, show: () => undefined, line: () => undefined, onInterrupt: () => () => {} };
  const session = { live, screen } as unknown as Session;
  return (async () => {
    const texts: string[] = [];
    for await (const job of changesOf(session, jobIds, 'jobs', { timeout: '2s' })) texts.push(`${job.jobId} ${job.status}`);
    return texts;
  })();
}

describe('changes of jobs', () => {
  it('a first state that a change has overtaken does not bring the old state back', async () => {
    const changes = seen(
      [1, 2],
      [frame(row(1, 'Done', 5)), false],
      [frame(row(1, 'Running', 3), row(2, 'Running', 3)), true],
      [frame(row(2, 'Done', 6)), false],
    );
    expect(await changes).toEqual(['1 Done', '2 Running', '2 Done']);
  });

  it('the same state again, as after a lost connection, is no change', async () => {
    const changes = seen([1], [frame(row(1, 'Running', 3)), true], [frame(row(1, 'Running', 3)), true], [frame(row(1, 'Done', 4)), false]);
    expect(await changes).toEqual(['1 Running', '1 Done']);
  });

  it('a change before the first state does not make the other jobs missing', async () => {
    const changes = seen(
      [1, 2],
      [frame(row(1, 'Running', 3)), false],
      [frame(row(1, 'Running', 3), row(2, 'Done', 1)), true],
      [frame(row(1, 'Done', 4)), false],
    );
    expect(await changes).toEqual(['1 Running', '2 Done', '1 Done']);
  });
});
