import type { IDisposable } from '@lumino/disposable';
import { Widget } from '@lumino/widgets';
import type { IDiracSession } from '../tokens';
import { freshnessInWords } from '../ui/freshness';
import { summarise, type StateCounts } from '../ui/states';

/** `R 3 · W 12 · ✗ 1`, live; a button that opens the Jobs panel. Plain DOM: it is there from Lab's start. */
export class StatusItem extends Widget {
  readonly #session: IDiracSession;
  readonly #button = document.createElement('button');
  #watch: IDisposable | undefined;
  #counts: StateCounts | undefined;

  constructor(session: IDiracSession, onClick: () => void) {
    super();
    this.#session = session;
    this.addClass('dirac-StatusItem');
    this.#button.type = 'button';
    this.#button.addEventListener('click', onClick);
    this.node.append(this.#button);
    session.live.stateChanged.connect(this.#draw, this);
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
    this.#session.live.stateChanged.disconnect(this.#draw, this);
    super.dispose();
  }

  #draw(): void {
    const { state } = this.#session.live;
    const away = state.kind === 'offline' || state.kind === 'reconnecting';
    this.toggleClass('dirac-mod-stale', away);
    const { text, spoken } = statusTexts(this.#counts);
    const note = state.kind === 'live' || state.kind === 'idle' ? '' : freshnessInWords(state);
    this.#button.textContent = state.kind === 'offline' ? `${text} · ${note}` : text;
    const label = `${spoken}${note === '' ? '' : `, ${note}`}`;
    this.#button.title = `${label}. Click to show the Jobs panel.`;
    this.#button.setAttribute('aria-label', label);
  }
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
