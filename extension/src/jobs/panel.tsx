import { ReactWidget, SidePanel, UseSignal } from '@jupyterlab/ui-components';
import { MessageLoop, type Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { Groups } from './groups';
import { Header } from './header';
import { JobList, type Opens } from './job-list';
import { JobsModel } from './model';
import type { IDiracSession } from '../tokens';
import { isAway } from '../ui/freshness';

/** The Jobs panel: it watches while it can be seen and greys its rows when the connection is away. */
export class JobsPanel extends SidePanel {
  readonly model: JobsModel;
  readonly #header: ReactWidget;
  /** The sections are laid out in pixels, below a header that grows with its chips and messages. */
  readonly #headerSize = new ResizeObserver(() => MessageLoop.postMessage(this.content, Widget.ResizeMessage.UnknownSize));

  constructor(session: IDiracSession, opens: Opens) {
    super();
    this.addClass('dirac-JobsPanel');
    const model = (this.model = new JobsModel(session));
    this.#header = follow(model, () => <Header model={model} opens={opens} />);
    this.header.addWidget(this.#header);
    this.node.tabIndex = -1;
    this.#headerSize.observe(this.header.node);
    const groups = follow(model, () => <Groups model={model} opens={opens} />);
    const jobs = follow(model, () => <JobList model={model} opens={opens} />);
    for (const [widget, label] of [
      [groups, 'Groups'],
      [jobs, 'Jobs'],
    ] as const) {
      // prettier-ignore
      widget.title.label = label;
      this.addWidget(widget);
    }
    model.changed.connect(() => {
      this.toggleClass('dirac-mod-stale', isAway(model.state));
      this.toggleClass('dirac-mod-signedOut', model.state.kind === 'signed-out');
    });
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
    // The first time React has not drawn the header yet; until then the panel itself holds the focus.
    this.node.focus();
    void this.#header.renderPromise?.then(() => {
      if (document.activeElement === this.node) this.node.querySelector<HTMLInputElement>('input[type=search]')?.focus();
    });
  }

  override dispose(): void {
    this.#headerSize.disconnect();
    this.model.dispose();
    super.dispose();
  }
}

function follow(model: JobsModel, render: () => JSX.Element): ReactWidget {
  return ReactWidget.create(<UseSignal signal={model.changed}>{render}</UseSignal>);
}
