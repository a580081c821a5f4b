import { whereStatus } from '../commands';
import { Empty } from '../ui/empty';
import { Freshness, whyNotNow } from '../ui/freshness';
import { occurring, stateLooks } from '../ui/states';
import { TroubleBox } from '../ui/trouble';
import type { Opens } from './job-list';
import type { JobsModel } from './model';
import { Who } from './who';

/** Search, the states with their counts, how fresh it all is, and what the last act came to. */
export function Header({ model, opens }: { model: JobsModel; opens: Opens }): JSX.Element {
  return (
    <div className="dirac-JobsHeader">
      <input
        type="search"
        className="jp-mod-styled dirac-Search"
        placeholder="Job name or id"
        aria-label="Search jobs by name or id"
        maxLength={200}
        value={model.search}
        onChange={(event) => model.setSearch(event.target.value)}
      />
      <div className="dirac-Chips" role="group" aria-label="Jobs by state">
        {occurring(model.counts).map(({ status, count }) => (
          <button
            key={status}
            type="button"
            className="dirac-Chip"
            data-family={stateLooks[status].family}
            title={`${status}: open as table`}
            onClick={() => opens.openTable({ where: [whereStatus(status)] })}
          >
            <span className="dirac-StatusBadge-symbol" aria-hidden="true">
              {stateLooks[status].symbol}
            </span>
            {status} <b>{count.toLocaleString()}</b>
          </button>
        ))}
      </div>
      <Who session={model.signIn} opens={opens} />
      <Freshness state={model.state} onRetry={() => model.retry()} />
      {model.trouble === undefined ? null : <TroubleBox trouble={model.trouble} onClose={() => model.closeTrouble()} />}
      {model.isEmpty && model.signIn?.kind !== 'signedOut' ? (
        <Empty
          sentence="Nothing has been submitted yet."
          action="Run a hello job"
          disabled={whyNotNow(model.state)}
          onAct={() => void model.submitHello()}
        />
      ) : null}
      <p className="dirac-Result" role="status">
        {model.result}
      </p>
    </div>
  );
}
