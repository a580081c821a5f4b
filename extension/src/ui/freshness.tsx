import type { LiveState } from '../tokens';
import { clock } from './times';

/** How true the screen is. Said aloud when it changes (role status), never on ticks. */
export function Freshness({ state, onRetry }: { state: LiveState; onRetry: () => void }): JSX.Element {
  return (
    <div className="dirac-Freshness" data-state={state.kind}>
      <span role="status">
        <span className="dirac-Freshness-dot" aria-hidden="true" />
        {freshnessInWords(state)}
      </span>
      {state.kind === 'offline' ? (
        <button type="button" className="dirac-LinkButton" onClick={onRetry}>
          Try now
        </button>
      ) : null}
      {state.kind === 'offline' ? <p>{state.reason} It is tried again every few seconds; running jobs are not affected.</p> : null}
    </div>
  );
}

export function freshnessInWords(state: LiveState): string {
  switch (state.kind) {
    case 'idle':
      return 'paused';
    case 'connecting':
      return 'connecting…';
    case 'live':
      return 'live';
    case 'reconnecting':
      return `reconnecting, as of ${clock(state.since)}`;
    case 'offline':
      return `offline since ${clock(state.since)}`;
    case 'signed-out':
      return 'not signed in';
  }
}

/** Why an act cannot be done now, for disabled buttons; undefined when it can. */
export const whyNotNow = (state: LiveState): string | undefined =>
  isAway(state) ? `Not possible while ${freshnessInWords(state)}` : undefined;

/** What the screen shows may be old. */
export const isAway = ({ kind }: LiveState): boolean => kind === 'offline' || kind === 'reconnecting' || kind === 'signed-out';
