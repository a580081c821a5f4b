import { parseJobQuery, toQueryText, type Condition, type JobQuery, type View } from '@diraclab/contract';
import { Signal } from '@lumino/signaling';
import { explain, type Trouble } from '../session/explain';
import type { IDiracSession } from '../tokens';

/** The saved views of the caller and of the group; read when the list is opened. */
export class ViewsModel {
  readonly changed = new Signal<this, void>(this);
  /** Undefined until the server has said. */
  views: View[] | undefined;
  trouble: Trouble | undefined;
  readonly #session: IDiracSession;

  constructor(session: IDiracSession) {
    this.#session = session;
  }

  read(): Promise<void> {
    return this.#try('The views could not be read', async () => {
      this.views = (await this.#session.call('listViews', {})).views;
    });
  }

  save(name: string, shared: boolean, { where = [], sort }: JobQuery): Promise<void> {
    return this.#try('The view was not saved', async () => {
      const body = { name, shared, text: toQueryText(where), ...(sort === undefined ? {} : { sort }) };
      await this.#session.call('saveView', { body });
      this.views = (await this.#session.call('listViews', {})).views;
    });
  }

  remove(view: View): Promise<void> {
    return this.#try('The view was not deleted', async () => {
      await this.#session.call('deleteView', { body: { name: view.name } });
      this.views = this.views?.filter((other) => other !== view);
    });
  }

  dispose(): void {
    Signal.clearData(this);
  }

  async #try(what: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
      this.trouble = undefined;
    } catch (error) {
      this.trouble = explain(what, error);
    }
    this.changed.emit();
  }
}

/** What a view shows; one that an older or newer server saved may not be readable here, and then says so when it is opened. */
export const conditionsOf = (view: View): Condition[] => parseJobQuery(view.text);
