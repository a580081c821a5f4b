import type { LabGroup, LabSession } from '@diraclab/contract/lab-session';
import { Signal } from '@lumino/signaling';
import type { ISignIn } from '../tokens';
import type { LabSessionCalls } from './lab-session';

/** How often the page looks whether the sign-in in the other window has come to an end, and for how long. */
export const lookTimes = { everyMs: 1_000, longestMs: 15 * 60_000 };

type SignedIn = Extract<LabSession, { kind: 'signedIn' }>;

/** The sign-in as this page knows it. What needs one waits here, and goes on when the same person is back in the same group. */
export class SignIn implements ISignIn {
  readonly changed: Signal<ISignIn, void> = new Signal(this);
  readonly needed: Signal<ISignIn, void> = new Signal(this);
  session: LabSession | undefined;
  readonly #calls: LabSessionCalls;
  readonly #times: typeof lookTimes;
  #asking: Promise<LabSession> | undefined;
  /** As whom this page showed what it shows. */
  #last: SignedIn | undefined;
  #looking: ReturnType<typeof setTimeout> | undefined;

  constructor(calls: LabSessionCalls, times: typeof lookTimes = lookTimes) {
    this.#calls = calls;
    this.#times = times;
  }

  refresh(): Promise<LabSession> {
    return (this.#asking ??= this.#calls
      .state()
      .then((session) => this.#enter(session))
      .finally(() => (this.#asking = undefined)));
  }

  /** The connection was lost: is it the sign-in? */
  async check(): Promise<void> {
    if (this.session?.kind === 'noSignIn') return;
    await this.#calls.probe().catch(() => undefined);
    await this.refresh().catch(() => undefined);
  }

  async start(): Promise<string> {
    const { url } = await this.#calls.start();
    this.#look(performance.now() + this.#times.longestMs);
    return url;
  }

  async switchGroup(group: LabGroup): Promise<void> {
    const session = await this.#calls.switchGroup(group);
    // Wanted, so that nothing which waits is given up for it.
    this.#last = undefined;
    this.#enter(session);
  }

  async signOut(): Promise<void> {
    try {
      this.#enter(await this.#calls.signOut());
    } finally {
      this.#last = undefined;
      await this.refresh().catch(() => undefined);
    }
  }

  async whenSignedIn(signal?: AbortSignal): Promise<void> {
    const session = await this.refresh();
    if (session.kind !== 'signedOut') return;
    const before = this.#last;
    this.needed.emit();
    const now = await this.#untilSignedIn(signal);
    if (before !== undefined && !isSame(before, now))
      throw Object.assign(new Error(`It was asked for as ${inWords(before)}, and you are signed in as ${inWords(now)} now.`), {
        code: 'NotSignedIn',
        next: 'If you still want it, do it again.',
      });
  }

  #untilSignedIn(signal: AbortSignal | undefined): Promise<SignedIn> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.session?.kind !== 'signedIn') return;
        end();
        resolve(this.session);
      };
      const abort = (): void => {
        end();
        reject(new DOMException('The call was given up.', 'AbortError'));
      };
      const end = (): void => {
        this.changed.disconnect(look);
        signal?.removeEventListener('abort', abort);
      };
      this.changed.connect(look);
      signal?.addEventListener('abort', abort);
      look();
    });
  }

  /** The other window cannot tell us: the institute's pages lie between it and us. */
  #look(endMs: number): void {
    clearTimeout(this.#looking);
    this.#looking = setTimeout(() => {
      void this.refresh()
        .catch(() => undefined)
        .then((session) => {
          const isOver = session !== undefined && (session.kind !== 'signedOut' || session.failure !== null);
          if (!isOver && performance.now() < endMs) this.#look(endMs);
        });
    }, this.#times.everyMs);
  }

  #enter(session: LabSession): LabSession {
    const isNews = JSON.stringify(session) !== JSON.stringify(this.session);
    this.session = session;
    // Waiters compare with whom they knew before they hear of the new one.
    if (isNews) this.changed.emit();
    if (session.kind === 'signedIn') this.#last = session;
    return session;
  }
}

const isSame = (a: SignedIn, b: SignedIn): boolean =>
  a.service === b.service && a.owner === b.owner && a.vo === b.vo && a.ownerGroup === b.ownerGroup;
const inWords = ({ owner, vo, ownerGroup }: SignedIn): string => `${owner} in ${vo}/${ownerGroup}`;
