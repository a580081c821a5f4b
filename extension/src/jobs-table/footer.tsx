import { Freshness, whyNotNow } from '../ui/freshness';
import { verbs, eligible, type BulkAct } from './bulk';
import type { TableModel } from './model';

const acts: readonly BulkAct[] = ['kill', 'reschedule', 'delete', 'hold', 'release', 'restore'];
/** Always there, so that they are found; the others where they can be meant. */
const always: readonly BulkAct[] = ['kill', 'reschedule', 'delete'];

/** What is shown of how many, what is selected, and what can be done with it. */
export function Footer({ model, first, last }: { model: TableModel; first: number; last: number }): JSX.Element {
  const { total, pickedCount: count, pending, state, picked } = model;
  const notNow = whyNotNow(state);
  const states = model.pickedStates;
  return (
    <footer className="dirac-TableFooter">
      <span className="dirac-TableFooter-range">
        {total === 0
          ? 'showing 0 of 0'
          : `showing ${(first + 1).toLocaleString()}–${Math.min(last, total).toLocaleString()} of ${model.rows.approximate ? '≈' : ''}${total.toLocaleString()}`}
      </span>
      <span role="status">
        {count === 0 ? '' : count === total && picked.all ? `all ${count.toLocaleString()} selected` : `${count.toLocaleString()} selected`}
      </span>
      {count === 0
        ? null
        : acts
            .filter((act) => always.includes(act) || eligible(act, states) > 0)
            .map((act) => {
              const able = eligible(act, states);
              const reason = notNow ?? (able === 0 ? 'None of the selected jobs is in a state for this' : undefined);
              return (
                <button
                  key={act}
                  type="button"
                  className="dirac-SmallButton"
                  data-act={act}
                  disabled={reason !== undefined || pending !== undefined}
                  title={reason}
                  onClick={() => void model.act(act)}
                >
                  {pending === act
                    ? 'Working…'
                    : able === count
                      ? `${verbs[act]} ${count.toLocaleString()}…`
                      : `${verbs[act]} ${able.toLocaleString()} of ${count.toLocaleString()}…`}
                </button>
              );
            })}
      {count > 0 && !picked.all ? (
        <button
          type="button"
          className="dirac-LinkButton"
          onClick={() => void navigator.clipboard.writeText([...picked.named.keys()].join(' '))}
        >
          {count === 1 ? 'Copy id' : 'Copy ids'}
        </button>
      ) : null}
      {count > 0 && !(picked.all && count === total) ? (
        <button type="button" className="dirac-LinkButton" onClick={() => model.pickAll()}>
          Select all {total.toLocaleString()}
        </button>
      ) : null}
      {count > 0 ? (
        <button type="button" className="dirac-LinkButton" onClick={() => model.pickNone()}>
          Select none
        </button>
      ) : null}
      <Freshness state={state} onRetry={() => model.retry()} />
    </footer>
  );
}
