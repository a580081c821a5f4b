import type { Peek } from '@diraclab/contract';
import { findServer } from '../../connection';
import { holdProcess } from '../../keep-alive';
import { createLive } from '../../live';
import { watchOutput } from '../../output-watch';
import type { Io } from '../io';
import { lines, say } from '../text/printable';

/** A lost connection is told when it has been away for so long: a restart of the server is no news. */
const awayTellMs = 2000;

/** Writes output as the server pushes it, from where `shown` ended, until the job has ended. Survives lost connections. */
export async function followOutput(jobId: number, shown: Peek, io: Io): Promise<void> {
  const live = createLive(() => findServer(io.env));
  const release = holdProcess();
  let isAway = false;
  const look = setInterval(() => {
    const away = live.offline();
    if (isAway === (away !== undefined && Date.now() - away.sinceMs >= awayTellMs)) return;
    isAway = !isAway;
    io.note(isAway ? say`dpeek: no connection (${away?.why ?? ''}), trying again.` : say`dpeek: connected again.`);
  }, 500);
  try {
    await new Promise<void>((resolve, reject) => {
      io.signal.addEventListener('abort', () => reject(io.signal.reason), { once: true });
      watchOutput(live, jobId, shown.stream, shown.end, {
        onText: (text) => io.write(lines(text)),
        onGap: (bytes) => io.note(say`dpeek: ${bytes} bytes in between are no longer kept.`),
        onRestart: () => io.note(say`dpeek: job ${jobId} begins anew; what comes now is the output of its next attempt.`),
        onEnd: (error) => (error === undefined ? resolve() : reject(error)),
      });
      if (io.signal.aborted) reject(io.signal.reason);
    });
  } finally {
    clearInterval(look);
    live.close();
    release();
  }
}
