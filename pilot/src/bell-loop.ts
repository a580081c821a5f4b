import { awaitBell } from '@diraclab/contract';
import { backoffMs } from './backoff.ts';
import { aborted, pause } from './retry.ts';
import type { ServerLink } from './server-link.ts';

export interface BellNeeds {
  readonly link: ServerLink;
  readonly leaving: AbortSignal;
  /** Settles when there is a job to be told something about. */
  busy(): Promise<void>;
  /** The server has something to say: report, and it says it. */
  onRing(): void;
}

const waitMs = 25_000;
const lateMs = 10_000;

/** Listens while jobs run, so that a kill takes milliseconds and not the time to the next heartbeat. */
export async function bellLoop({ link, leaving, busy, onRing }: BellNeeds): Promise<void> {
  let failures = 0;
  while (!leaving.aborted) {
    await Promise.race([busy(), aborted(leaving)]);
    if (leaving.aborted) return;
    try {
      const { ring } = await link.ask(waitMs + lateMs, leaving, (client, { signal }) =>
        client(awaitBell, { body: { waitMs } }, { signal }),
      );
      failures = 0;
      if (ring) onRing();
    } catch {
      // A server that went away, or an older one without a bell: heartbeats still carry every order.
      failures += 1;
      await pause(backoffMs(failures, Math.random()), leaving);
    }
  }
}
