import { useEffect, useId, useRef, type KeyboardEvent, type MouseEvent } from 'react';
import { useNow } from '../ui/use-now';
import { columns } from './columns';
import { GridRow } from './grid-row';
import { pressKey } from './keys';
import type { TableModel } from './model';
import { isPicked } from './picked';
import { placeRows, rowPx } from './scaled-window';
import { useScroll } from './use-scroll';

/** As in the style sheet. */
const headerPx = 28;

/**
 * The rows: a window of at most 60 in the page. The grid itself keeps the focus and names the row it is on, so that no scrolling and no
 * change of the list takes the focus away.
 */
export function Grid({
  model,
  onOpen,
  onFilter,
}: {
  model: TableModel;
  onOpen: (jobId: number) => void;
  onFilter: () => void;
}): JSX.Element {
  const nowMs = useNow();
  const grid = useRef<HTMLDivElement>(null);
  const id = useId();
  const { topPx, viewPx } = useScroll(grid, headerPx);
  const { rows, current, total } = model;
  const place = placeRows(topPx, viewPx, total);
  const { first, last } = place;
  const moved = useRef(current);

  useEffect(() => {
    rows.show(first, last, place.seen);
  });
  useEffect(() => {
    if (moved.current === current) return;
    moved.current = current;
    const to = place.reveal(current);
    if (grid.current && to !== topPx) grid.current.scrollTop = to;
  });
  const { where, sort } = rows;
  useEffect(() => {
    if (grid.current) grid.current.scrollTop = 0;
  }, [where, sort]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== grid.current) return;
    const pageRows = Math.max(1, Math.floor(viewPx / rowPx) - 1);
    if (!pressKey(model, event, { open: onOpen, filter: onFilter, pageRows })) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onPick = (index: number, event: MouseEvent) => {
    const onBox = event.target instanceof HTMLInputElement;
    void model.pick(index, event.shiftKey ? 'range' : onBox || event.ctrlKey || event.metaKey ? 'toggle' : 'one');
    grid.current?.focus({ preventScroll: true });
  };
  const shown: number[] = [];
  for (let index = first; index < last; index++) shown.push(index);
  if (total > 0 && current < total && (current < first || current >= last)) shown.push(current);
  return (
    <div
      ref={grid}
      role="grid"
      className="dirac-Table"
      aria-label="Jobs"
      aria-rowcount={total + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable="true"
      aria-busy={rows.loading}
      aria-activedescendant={total > 0 ? `${id}-${current}` : undefined}
      tabIndex={0}
      data-first-focus=""
      data-lm-suppress-shortcuts="true"
      onKeyDown={onKeyDown}
      onMouseDown={(event) => event.shiftKey && event.preventDefault()}
    >
      <div role="rowgroup" className="dirac-Table-head">
        <div role="row" aria-rowindex={1} className="dirac-TableHeader">
          <AllBox model={model} />
          {columns.map(({ key, title, sort: field }) => (
            <span
              key={key}
              role="columnheader"
              aria-sort={
                field === undefined ? undefined : sort.field !== field ? 'none' : sort.direction === 'asc' ? 'ascending' : 'descending'
              }
            >
              {field === undefined ? (
                title
              ) : (
                <button
                  type="button"
                  className="dirac-HeaderButton"
                  onClick={() => model.sortBy(field)}
                  title={`Sort by ${title.toLowerCase()}`}
                >
                  {title}
                  <span aria-hidden="true">{sort.field !== field ? '' : sort.direction === 'asc' ? ' ▲' : ' ▼'}</span>
                </button>
              )}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="dirac-Table-rows" style={{ height: place.heightPx }}>
        {shown.map((index) => {
          const job = rows.slices?.at(index);
          return (
            <GridRow
              key={index}
              id={`${id}-${index}`}
              job={job}
              index={index}
              topPx={place.topOf(index)}
              nowMs={nowMs}
              current={index === current}
              picked={job !== undefined && isPicked(model.picked, job.jobId)}
              onPick={onPick}
              onOpen={onOpen}
            />
          );
        })}
      </div>
    </div>
  );
}

function AllBox({ model }: { model: TableModel }): JSX.Element {
  const all = model.total > 0 && model.pickedCount === model.total;
  return (
    <span role="columnheader">
      <input
        type="checkbox"
        checked={all}
        ref={(node) => {
          if (node) node.indeterminate = !all && model.pickedCount > 0;
        }}
        onChange={() => (all ? model.pickNone() : model.pickAll())}
        aria-label={`Select all ${model.total.toLocaleString()} jobs that match`}
        title={`Select all ${model.total.toLocaleString()} that match (Ctrl+A)`}
      />
    </span>
  );
}
