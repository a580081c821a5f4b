import type { Peek } from '@diraclab/contract';
import { findServer } from '../../connection';
import { holdProcess } from '../../keep-alive';
import { createLive } from '../../live';
import type { Io } from '../io';
import { lines, say } from '../text/printable';

/** Writes output as the server pushes it, from where `shown` ended, until the job has ended. Survives lost connections. */
export async function followOutput(jobId: number, shown: Peek, io: Io): Promise<void> {
  const live = createLive(() => findServer(io.env));
  const release = holdProcess();
  let end = shown.end;
  const { stream } = shown;
  try {
    await new Promise<void>((resolve, reject) => {
      io.signal.addEventListener('abort', () => reject(io.signal.reason), { once: true });
      live.watch(
        () => ({ kind: 'output', jobId, stream, from: end }),
        (frame) => {
          if (frame.kind !== 'output') return;
          const { from, text, end: newEnd, complete } = frame.output;
          if (from > end) io.note(say`dpeek: ${from - end} bytes in between are no longer kept.`);
          // A piece that begins before what was shown is one sent twice (a watch renewed while a frame was on its way).
          if (newEnd > end) io.write(lines(from >= end ? text : cutBytes(text, end - from)));
          if (newEnd > end) end = newEnd;
          if (complete) resolve();
        },
        reject,
      );
      if (io.signal.aborted) reject(io.signal.reason);
    });
  } finally {
    live.close();
    release();
  }
}

/** Offsets count bytes, and pieces are cut between characters. */
function cutBytes(text: string, count: number): string {
  return Buffer.from(text, 'utf8').subarray(count).toString('utf8');
}
