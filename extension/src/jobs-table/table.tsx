import { useRef } from 'react';
import { commandIds } from '../commands';
import { Empty } from '../ui/empty';
import { TroubleBox } from '../ui/trouble';
import { FacetRail } from './facet-rail';
import { FilterBar } from './filter-bar';
import { Footer } from './footer';
import { Grid } from './grid';
import type { TableModel } from './model';

export type Execute = (command: string, args?: object) => void;

/** Filter above, facets at the side, rows in the middle, what is selected below. */
export function Table({ model, execute }: { model: TableModel; execute: Execute }): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const find = (selector: string) => frame.current?.querySelector<HTMLElement>(selector);
  const { rows } = model;
  const [first, last] = rows.seen;
  return (
    <div ref={frame} className="dirac-TableFrame">
      <FilterBar model={model} onDone={() => find('[role=grid]')?.focus()} />
      {model.trouble === undefined ? null : <TroubleBox trouble={model.trouble} onClose={() => model.closeTrouble()} />}
      <p className="dirac-Result" role="status">
        {model.result}
      </p>
      {rows.waiting === undefined ? null : (
        <button type="button" className="dirac-Pill" onClick={() => model.showWaiting()}>
          {waitingInWords(rows.waiting - rows.total)} ▲
        </button>
      )}
      <div className="dirac-TableMiddle">
        <FacetRail model={model} />
        <div className="dirac-TableMain">
          <Grid
            model={model}
            onOpen={(jobId) => execute(commandIds.openJob, { jobId })}
            onFilter={() => find('[data-filter-input]')?.focus()}
          />
          {model.total > 0 ? null : <Nothing model={model} execute={execute} />}
        </div>
      </div>
      <Footer model={model} first={first} last={last} />
    </div>
  );
}

export function waitingInWords(difference: number): string {
  if (difference > 0) return `${difference.toLocaleString()} new`;
  return difference < 0 ? `${(-difference).toLocaleString()} gone` : 'The order has changed';
}

function Nothing({ model, execute }: { model: TableModel; execute: Execute }): JSX.Element {
  const { rows, state } = model;
  const { refused } = rows;
  if (refused !== undefined) {
    const trouble = {
      what: 'The server did not take this filter',
      why: refused.detail,
      next: 'Change the conditions above.',
      code: refused.code,
    };
    return <TroubleBox trouble={trouble} onClose={() => model.setWhere([])} />;
  }
  if (rows.slices === undefined || rows.loading) {
    return <p className="dirac-Quiet">{state.kind === 'offline' ? 'No jobs to show while offline.' : 'Asking the server…'}</p>;
  }
  if (rows.where.length > 0)
    return <Empty sentence="No job matches these conditions." action="Clear the filter" onAct={() => model.setWhere([])} />;
  return <Empty sentence="Nothing has been submitted yet." action="Describe a job" onAct={() => execute(commandIds.newJob)} />;
}
