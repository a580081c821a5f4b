import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { PanelLayout, Widget } from '@lumino/widgets';
import type { IDiracSession } from '../tokens';
import type { CardBody, CardOpens } from './card';
import { cardMimeType, readCard } from './payload';

/** The output of a cell: light, until a card is really there. Follows its job only while it is in view. */
export class CardRenderer extends Widget implements IRenderMime.IRenderer {
  readonly #session: IDiracSession;
  readonly #opens: CardOpens;
  readonly #observer: IntersectionObserver;
  #body: CardBody | undefined;
  #inView = false;

  constructor(session: IDiracSession, opens: CardOpens) {
    super();
    this.#session = session;
    this.#opens = opens;
    this.layout = new PanelLayout();
    this.addClass('dirac-Card-output');
    this.#observer = new IntersectionObserver((entries) => {
      this.#inView = entries.at(-1)?.isIntersecting ?? false;
      this.#follow();
    });
    this.#observer.observe(this.node);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const card = readCard(model.data[cardMimeType]);
    const layout = this.layout as PanelLayout;
    if ('refused' in card) {
      this.#body?.dispose();
      this.#body = undefined;
      this.node.textContent = card.refused;
      return;
    }
    if (this.#body) return this.#body.showCard(card, model.trusted);
    const { CardBody } = await import('./card');
    if (this.isDisposed) return;
    this.node.textContent = '';
    this.#body = new CardBody(this.#session, this.#opens, card, model.trusted);
    layout.addWidget(this.#body);
    this.#follow();
  }

  override dispose(): void {
    this.#observer.disconnect();
    super.dispose();
  }

  #follow(): void {
    if (this.#inView) this.#body?.model.start();
    else this.#body?.model.stop();
  }
}
