import type { LabSession } from '@diraclab/contract/lab-session';
import type { IDisposable } from '@lumino/disposable';
import { Widget } from '@lumino/widgets';
import type { IDiracSession } from '../tokens';
import { freshnessInWords, isAway } from '../ui/freshness';
import { countdown, groupInWords } from '../ui/sign-in-words';
import { summarise, type StateCounts } from '../ui/states';
import { Countdown } from './countdown';

/**
 * `R 3 · W 12 · ✗ 1`, live; a button that opens the Jobs panel. At a service it says for which VO and group, and is the way to sign in.
 * Plain DOM: it is there from Lab's start.
 */
export class StatusItem extends Widget {
  readonly #session: IDiracSession;
  readonly #button = document.createElement('button');
  readonly #countdown: Countdown;
  #watch: IDisposable | undefined;
  #counts: StateCounts | undefined;

  constructor(session: IDiracSession, acts: { openJobs: () => void; signIn: () => void }) {
    super();
    this.#session = session;
    this.addClass('dirac-StatusItem');
    this.#button.type = 'button';
    this.#button.addEventListener('click', () => (session.signIn.session?.kind === 'signedOut' ? acts.signIn() : acts.openJobs()));
    this.node.append(this.#button);
    session.live.stateChanged.connect(this.#draw, this);
    session.signIn.changed.connect(this.#draw, this);
    this.#countdown = new Countdown(session.signIn, () => this.#draw());
    this.hide();
  }

  setEnabled(enabled: boolean): void {
    this.setHidden(!enabled);
    this.#watch?.dispose();
    this.#watch = enabled
      ? this.#session.live.watch({ kind: 'counts', groups: 0 }, (frame) => {
          this.#counts = frame.counts;
          this.#draw();
        })
      : undefined;
    this.#draw();
  }

  override dispose(): void {
    this.#watch?.dispose();
    this.#countdown.dispose();
    this.#session.live.stateChanged.disconnect(this.#draw, this);
    this.#session.signIn.changed.disconnect(this.#draw, this);
    super.dispose();
  }

  #draw(): void {
    const { state } = this.#session.live;
    const { session } = this.#session.signIn;
    const isSignedOut = session?.kind === 'signedOut';
    this.toggleClass('dirac-mod-stale', isAway(state) && !isSignedOut);
    if (isSignedOut) return this.#show('Sign in', 'DIRAC: not signed in', 'Click to sign in.');
    const { text, spoken } = statusTexts(this.#counts);
    const who = whoTexts(session, Date.now());
    const note = state.kind === 'live' || state.kind === 'idle' ? '' : freshnessInWords(state);
    const shown = [text, ...who.text, ...(state.kind === 'offline' ? [note] : [])].join(' · ');
    this.#show(shown, [spoken, ...who.spoken, ...(note === '' ? [] : [note])].join(', '), 'Click to show the Jobs panel.');
  }

  #show(text: string, label: string, what: string): void {
    this.#button.textContent = text;
    this.#button.title = `${label}. ${what}`;
    this.#button.setAttribute('aria-label', label);
  }
}

/** Nothing where nobody signs in. */
export function whoTexts(session: LabSession | undefined, nowMs: number): { text: string[]; spoken: string[] } {
  if (session?.kind !== 'signedIn') return { text: [], spoken: [] };
  const left = countdown(session, nowMs);
  return {
    text: [groupInWords(session), ...(left === undefined ? [] : [`sign-in ends in ${left}`])],
    spoken: [`${session.owner} in group ${session.ownerGroup} of ${session.vo}`, ...(left === undefined ? [] : ['the sign-in ends soon'])],
  };
}

export function statusTexts(counts: StateCounts | undefined): { text: string; spoken: string } {
  if (counts === undefined) return { text: 'DIRAC', spoken: 'DIRAC jobs: not counted yet' };
  const { running, waiting, failed } = summarise(counts);
  const text = [
    `R ${running.toLocaleString()}`,
    `W ${waiting.toLocaleString()}`,
    ...(failed > 0 ? [`✗ ${failed.toLocaleString()}`] : []),
  ].join(' · ');
  return { text, spoken: `DIRAC jobs: ${running} running, ${waiting} waiting, ${failed} failed or lost` };
}
