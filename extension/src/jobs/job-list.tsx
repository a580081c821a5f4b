import type { JobQuery } from '@diraclab/contract';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { whyNotNow } from '../ui/freshness';
import { useNow } from '../ui/use-now';
import { useWindow } from '../ui/use-window';
import { JobRow } from './job-row';
import type { JobsModel } from './model';
import { searchConditions } from './view';

export interface Opens {
  openJob: (jobId: number) => void;
  openTable: (query: JobQuery) => void;
  signIn: () => void;
  switchGroup: () => void;
}

/** As in the style sheet. */
const rowPx = 26;

/**
 * The newest jobs: a window on what the server has, and of that only the rows in view are in the page. One row is in the tab order and stays
 * in the page wherever it is; arrows move it.
 */
export function JobList({ model, opens }: { model: JobsModel; opens: Opens }): JSX.Element {
  const nowMs = useNow();
  const grid = useRef<HTMLDivElement>(null);
  const [currentId, setCurrentId] = useState<number | undefined>(undefined);
  /** The row that shall have the focus once it is drawn as the current one. */
  const wantsFocus = useRef<number | undefined>(undefined);
  const { jobs, total, state } = model;
  const [first, last] = useWindow(grid, rowPx, jobs.length);
  const position = Math.max(0, jobs.findIndex((job) => job.jobId === currentId)); // prettier-ignore
  const notNow = whyNotNow(state);

  useEffect(() => {
    // The first drawing may tell of itself only after the first key was pressed.
    if (wantsFocus.current === undefined || wantsFocus.current !== currentId) return;
    wantsFocus.current = undefined;
    grid.current?.querySelector<HTMLElement>(`[data-job-id="${currentId}"]`)?.focus();
  }, [currentId]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLElement) || event.target.getAttribute('role') !== 'row') return;
    const to = { ArrowDown: position + 1, ArrowUp: position - 1, Home: 0, End: jobs.length - 1 }[event.key];
    const job = to === undefined ? undefined : jobs[to];
    if (job === undefined || job.jobId === currentId) return;
    event.preventDefault();
    wantsFocus.current = job.jobId;
    setCurrentId(job.jobId);
  };
  if (jobs.length === 0) return <p className="dirac-Quiet">{emptyWords(model)}</p>;
  return (
    <div className="dirac-JobListFrame">
      <div ref={grid} role="grid" aria-label="Newest jobs" aria-rowcount={jobs.length} className="dirac-JobList" onKeyDown={onKeyDown}>
        <div role="rowgroup" style={{ height: jobs.length * rowPx }}>
          {jobs.map((job, index) =>
            index === position || (index >= first && index < last) ? (
              <JobRow
                key={job.jobId}
                job={job}
                index={index}
                topPx={index * rowPx}
                nowMs={nowMs}
                current={index === position}
                pending={model.pending.get(job.jobId)}
                notNow={notNow}
                onFocus={() => setCurrentId(job.jobId)}
                onOpen={() => opens.openJob(job.jobId)}
                onAct={(act) => void model.act(act, job)}
              />
            ) : null,
          )}
        </div>
      </div>
      <p className="dirac-Quiet">
        showing 1–{jobs.length.toLocaleString()} of {total.toLocaleString()}
        {' · '}
        <button type="button" className="dirac-LinkButton" onClick={() => opens.openTable({ where: searchConditions(model.search) })}>
          open as table
        </button>
      </p>
    </div>
  );
}

function emptyWords(model: JobsModel): string {
  if (!model.listed) return model.state.kind === 'offline' ? 'No jobs to show while offline.' : 'Asking the server…';
  return model.search.trim() === '' ? 'There are no jobs.' : `No job has “${model.search.trim()}” as its id or in its name.`;
}
