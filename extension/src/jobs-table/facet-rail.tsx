import type { JobStatus } from '@diraclab/contract';
import { useState } from 'react';
import { MiddleCut } from '../ui/middle-cut';
import { occurring, stateLooks } from '../ui/states';
import { toStates, type FacetField } from './facets';
import { chosenValues, toggleValue } from './filter';
import type { TableModel } from './model';

const titles: Record<FacetField, string> = { status: 'State', site: 'Site', jobGroup: 'Group' };
const shownAtFirst = 8;
const mostShown = 100;

/** What there is to choose from, with counts from the database. A click narrows, Alt+click excludes. */
export function FacetRail({ model }: { model: TableModel }): JSX.Element {
  return (
    <nav className="dirac-Facets" aria-label="Narrow the list">
      {(['status', 'site', 'jobGroup'] as const).map((field) => (
        <Facet key={field} field={field} model={model} />
      ))}
    </nav>
  );
}

function Facet({ field, model }: { field: FacetField; model: TableModel }): JSX.Element | null {
  const [all, setAll] = useState(false);
  const { where } = model.rows;
  const chosen = chosenValues(where, field);
  const counts =
    field === 'status'
      ? occurring(toStates(model.facets.status)).map(({ status, count }) => ({ value: status as string, count }))
      : model.facets[field];
  if (counts.length === 0) return null;
  const about = model.sampled.has(field) ? '≈' : '';
  const limit = all ? mostShown : shownAtFirst;
  const rest = counts.length - limit;
  return (
    <section aria-label={titles[field]}>
      <h3>{titles[field]}</h3>
      <ul>
        {counts.slice(0, limit).map(({ value, count }) => (
          <li key={value}>
            <button
              type="button"
              className="dirac-FacetValue"
              aria-pressed={chosen.has(value)}
              title={`${value}: ${about}${count.toLocaleString()} (click to narrow, Alt+click to exclude)`}
              onClick={(event) => model.setWhere(toggleValue(where, field, value, event.altKey))}
            >
              {field === 'status' ? (
                <span className="dirac-StatusBadge-symbol" data-family={stateLooks[value as JobStatus].family} aria-hidden="true">
                  {stateLooks[value as JobStatus].symbol}
                </span>
              ) : null}
              <span className="dirac-FacetValue-name">
                <MiddleCut text={value === '' ? '(none)' : value} />
              </span>
              <span className="dirac-FacetValue-count">{`${about}${count.toLocaleString()}`}</span>
            </button>
          </li>
        ))}
      </ul>
      {rest > 0 && !all ? (
        <button type="button" className="dirac-LinkButton" onClick={() => setAll(true)}>
          {rest.toLocaleString()} more
        </button>
      ) : null}
      {rest > 0 && all ? <p className="dirac-Quiet">{rest.toLocaleString()} more: narrow by the filter</p> : null}
    </section>
  );
}
