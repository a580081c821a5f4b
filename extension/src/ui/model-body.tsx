// Only tabs need it, so that it is loaded with the first of them.
import '../../style/tabs.css';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { IDisposable } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';
import type { LiveState } from '../tokens';
import { isAway } from './freshness';

export interface BodyModel extends IDisposable {
  readonly changed: ISignal<unknown, void>;
  readonly state: LiveState;
  start(): void;
  stop(): void;
}

/** The body of a tab: its model works while it can be seen, and what it shows turns grey while the connection is away. */
export class ModelBody<Model extends BodyModel> extends ReactWidget {
  readonly model: Model;
  readonly #render: (model: Model) => JSX.Element;

  constructor(model: Model, className: string, render: (model: Model) => JSX.Element) {
    super();
    this.model = model;
    this.#render = render;
    this.addClass('dirac-Body');
    this.addClass(className);
    // Until there is something to focus, the body itself holds the focus of its tab.
    this.node.tabIndex = -1;
    model.changed.connect(this.#follow, this);
  }

  protected override render(): JSX.Element {
    return <UseSignal signal={this.model.changed}>{() => this.#render(this.model)}</UseSignal>;
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.model.start();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) this.model.start();
  }

  protected override onBeforeHide(message: Message): void {
    super.onBeforeHide(message);
    this.model.stop();
  }

  protected override onActivateRequest(): void {
    if (this.node.contains(document.activeElement) && document.activeElement !== this.node) return;
    this.node.focus();
    this.#passFocus();
  }

  override dispose(): void {
    this.model.dispose();
    super.dispose();
  }

  /** Focus goes on to what the body marks as its beginning, as soon as that is there. */
  #passFocus(): void {
    if (document.activeElement === this.node) this.node.querySelector<HTMLElement>('[data-first-focus]')?.focus();
  }

  #follow(): void {
    this.toggleClass('dirac-mod-stale', isAway(this.model.state));
    // After React has drawn it.
    if (document.activeElement === this.node) requestAnimationFrame(() => this.#passFocus());
  }
}
