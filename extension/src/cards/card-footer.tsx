import { useEffect, useRef, useState } from 'react';
import type { LiveState } from '../tokens';
import { freshnessInWords, whyNotNow } from '../ui/freshness';
import { clock } from '../ui/times';
import type { CardModel, Knowledge } from './model';

interface CardFooterProps {
  model: CardModel;
  /** What the kill button confirms, such as `Kill 12 jobs`; absent when there is nothing to kill or the notebook is not trusted. */
  killing: string | undefined;
  openLabel: string;
  onOpen: () => void;
  /** The instant of the snapshot, where it knows one. */
  asOf: string | undefined;
}

/** How true the card is, and the acts. */
export function CardFooter({ model, killing, openLabel, onOpen, asOf }: CardFooterProps): JSX.Element {
  const [asking, setAsking] = useState(false);
  const yes = useRef<HTMLButtonElement>(null);
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (asking) yes.current?.focus();
  }, [asking]);
  const keep = () => {
    setAsking(false);
    first.current?.focus();
  };
  const here = model.knowledge === 'live';
  const notNow = whyNotNow(model.state);
  return (
    <footer className="dirac-Card-footer" onKeyDown={(event) => event.key === 'Escape' && asking && keep()}>
      <span className="dirac-Freshness" data-state={here ? model.state.kind : 'idle'}>
        <span className="dirac-Freshness-dot" aria-hidden="true" />
        {truth(model.knowledge, model.state, asOf)}
      </span>
      <span role="status">{model.result}</span>
      {here ? (
        <button ref={first} type="button" className="dirac-LinkButton" onClick={onOpen}>
          {openLabel}
        </button>
      ) : null}
      {here && killing !== undefined && !asking ? (
        <button
          type="button"
          className="dirac-SmallButton"
          data-act="kill"
          disabled={notNow !== undefined || model.pending}
          title={notNow}
          onClick={() => setAsking(true)}
        >
          {model.pending ? 'Killing…' : 'Kill…'}
        </button>
      ) : null}
      {here && killing !== undefined && asking ? (
        <>
          <button
            ref={yes}
            type="button"
            className="dirac-SmallButton"
            data-act="confirm"
            disabled={notNow !== undefined}
            onClick={() => {
              keep();
              void model.kill();
            }}
          >
            {killing}
          </button>
          <button type="button" className="dirac-SmallButton" onClick={keep}>
            Keep
          </button>
        </>
      ) : null}
    </footer>
  );
}

/** `live`, or from when the card is and why it is not newer. */
export function truth(knowledge: Knowledge, state: LiveState, asOf: string | undefined): string {
  const moment = asOf === undefined || Number.isNaN(Date.parse(asOf)) ? 'when it was saved' : clock(new Date(asOf));
  if (knowledge === 'unknown') return `as of ${moment}; the server of this Lab does not know it`;
  if (knowledge === 'live') return freshnessInWords(state);
  return `as of ${moment}${state.kind === 'offline' ? `; ${freshnessInWords(state)}` : ''}`;
}
