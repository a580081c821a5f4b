import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';
import { diracIcon } from './icons';
import { LazyBody } from './lazy-body';

/** A tab of the main area: its arguments say what it shows, and bring it back after a reload. */
export class Tab extends LazyBody {
  args: ReadonlyPartialJSONObject;

  constructor(args: ReadonlyPartialJSONObject, body: (tab: Tab) => Promise<Widget>) {
    super(() => body(this));
    this.args = args;
    this.title.icon = diracIcon;
    this.title.closable = true;
  }
}

export interface TabKind {
  /** Such as `dirac-job`; ids of its tabs begin with it. */
  namespace: string;
  /** Opens one again with the arguments of the tab. */
  command: string;
  body: (tab: Tab) => Promise<Widget>;
}

export interface Tabs {
  /** Shows the tab of this name; makes it when it is not there. */
  open(name: string, args: ReadonlyPartialJSONObject, label: string): Tab;
  /** What a tab shows has changed: its new arguments are kept for the next reload. */
  keep(tab: Tab, args: ReadonlyPartialJSONObject, label: string): void;
}

export function createTabs({ shell }: Pick<JupyterFrontEnd, 'shell'>, restorer: ILayoutRestorer | null, kind: TabKind): Tabs {
  const tracker = new WidgetTracker<Tab>({ namespace: kind.namespace });
  void restorer?.restore(tracker, { command: kind.command, args: (tab) => tab.args, name: (tab) => tab.id });
  const entitle = (tab: Tab, label: string) => {
    // Marks that turn the direction would turn what stands beside the label as well; Lab shows it in places that are not ours.
    tab.title.caption = label.replace(/[\u202a-\u202e\u2066-\u2069]/g, '');
    tab.title.label = shorten(tab.title.caption);
  };
  return {
    open: (name, args, label) => {
      const id = `${kind.namespace}-${name}`;
      let tab = tracker.find((candidate) => candidate.id === id);
      if (tab === undefined) {
        tab = new Tab(args, kind.body);
        tab.id = id;
        entitle(tab, label);
        void tracker.add(tab);
        shell.add(tab, 'main', { type: 'DIRAC' });
      }
      shell.activateById(id);
      return tab;
    },
    keep: (tab, args, label) => {
      tab.args = args;
      entitle(tab, label);
      void tracker.save(tab);
    },
  };
}

const longestLabel = 40;

/** The end of a name tells tabs apart as well as its beginning. */
export function shorten(text: string): string {
  const characters = Array.from(text);
  return characters.length <= longestLabel ? text : `${characters.slice(0, 26).join('')}…${characters.slice(-13).join('')}`;
}
