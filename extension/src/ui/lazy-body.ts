import { PanelLayout, Widget } from '@lumino/widgets';

/**
 * A widget that costs nothing until it is seen: its body is imported at the first show. A failed import (Lab is away) says so
 * and is tried again at the next show.
 */
export class LazyBody extends Widget {
  readonly #load: () => Promise<Widget>;
  #loading: Promise<void> | undefined;

  constructor(load: () => Promise<Widget>) {
    super();
    this.#load = load;
    this.layout = new PanelLayout();
    this.addClass('dirac-LazyBody');
  }

  protected override onAfterShow(): void {
    this.#fill();
  }

  protected override onAfterAttach(): void {
    if (this.isVisible) this.#fill();
  }

  protected override onActivateRequest(): void {
    void this.#loading?.then(() => (this.layout as PanelLayout).widgets[0]?.activate());
  }

  #fill(): void {
    this.#loading ??= this.#load().then(
      (body) => {
        if (this.isDisposed) return body.dispose();
        this.node.textContent = '';
        (this.layout as PanelLayout).addWidget(body);
      },
      (error: unknown) => {
        this.#loading = undefined;
        this.node.textContent = `This part could not be loaded (${String(error)}). Reload the page when JupyterLab runs again.`;
      },
    );
  }
}
