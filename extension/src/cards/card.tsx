import { ReactWidget } from '@jupyterlab/ui-components';
import type { JobQuery } from '@diraclab/contract';
import { UseSignal } from '@jupyterlab/ui-components';
import type { IDiracSession } from '../tokens';
import { TroubleBox } from '../ui/trouble';
import { GroupCard } from './group-card';
import { JobCard } from './job-card';
import { CardModel } from './model';
import type { Card } from './payload';

export interface CardOpens {
  openJob: (jobId: number) => void;
  openTable: (query: JobQuery) => void;
}

/** The card itself. Acts are offered only in a trusted notebook: an untrusted one may show, and must not tempt. */
export class CardBody extends ReactWidget {
  readonly model: CardModel;
  readonly #opens: CardOpens;
  #trusted: boolean;

  constructor(session: IDiracSession, opens: CardOpens, card: Card, trusted: boolean) {
    super();
    this.addClass('dirac-Card');
    this.model = new CardModel(session, card);
    this.#opens = opens;
    this.#trusted = trusted;
  }

  showCard(card: Card, trusted: boolean): void {
    this.#trusted = trusted;
    this.model.update(card);
    this.update();
  }

  protected override render(): JSX.Element {
    const { model } = this;
    return (
      <UseSignal signal={model.changed}>
        {() => (
          <>
            {model.card.kind === 'job' ? (
              <JobCard model={model} job={model.card.job} trusted={this.#trusted} opens={this.#opens} />
            ) : (
              <GroupCard model={model} group={model.card.group} trusted={this.#trusted} opens={this.#opens} />
            )}
            {model.trouble === undefined ? null : <TroubleBox trouble={model.trouble} onClose={() => model.closeTrouble()} />}
          </>
        )}
      </UseSignal>
    );
  }

  override dispose(): void {
    this.model.dispose();
    super.dispose();
  }
}
