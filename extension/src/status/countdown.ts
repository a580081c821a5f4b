import type { ISignIn } from '../tokens';
import { countdownMs } from '../ui/sign-in-words';

/** The longest that a timer of a browser can wait is 24 days. */
const longestWaitMs = 24 * 3_600_000;

/** Calls `tick` each second while the sign-in is about to end, and asks again when it should have ended; sleeps until then. */
export class Countdown {
  readonly #signIn: ISignIn;
  readonly #tick: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(signIn: ISignIn, tick: () => void) {
    this.#signIn = signIn;
    this.#tick = tick;
    signIn.changed.connect(this.#set, this);
    this.#set();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#signIn.changed.disconnect(this.#set, this);
  }

  #set(): void {
    clearTimeout(this.#timer);
    const { session } = this.#signIn;
    if (session?.kind !== 'signedIn') return;
    const leftMs = Date.parse(session.endTime) - Date.now();
    const waitMs = leftMs > countdownMs ? Math.min(leftMs - countdownMs, longestWaitMs) : 1000;
    this.#timer = setTimeout(() => {
      this.#tick();
      // At its end, and once when the countdown would begin: it may have been renewed meanwhile.
      if (waitMs !== 1000 || leftMs <= 0) void this.#signIn.refresh().catch(() => undefined);
      this.#set();
    }, leftMs <= 0 ? 10_000 : waitMs); // prettier-ignore
  }
}
