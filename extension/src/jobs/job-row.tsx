import type { Job } from '@diraclab/contract';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { MiddleCut } from '../ui/middle-cut';
import { canReschedule, isFinal } from '../ui/states';
import { StatusBadge } from '../ui/status-badge';
import { age, bothTimes } from '../ui/times';
import type { Act } from './act';

export interface JobRowProps {
  job: Job;
  index: number;
  topPx: number;
  nowMs: number;
  /** The one row that Tab reaches; arrows move it. */
  current: boolean;
  pending: Act | undefined;
  /** Why nothing can be done now. */
  notNow: string | undefined;
  onOpen: () => void;
  onAct: (act: Act) => void;
  onFocus: () => void;
}

/** State, name, age; the acts appear on the row that has the pointer or the focus. Killing asks once more in the row itself. */
export function JobRow({ job, index, topPx, nowMs, current, pending, notNow, onOpen, onAct, onFocus }: JobRowProps): JSX.Element {
  const [asking, setAsking] = useState(false);
  const row = useRef<HTMLDivElement>(null);
  const yes = useRef<HTMLButtonElement>(null);
  const killable = !isFinal(job.status);
  useEffect(() => {
    if (asking) yes.current?.focus();
  }, [asking]);
  useEffect(() => {
    if (!killable) setAsking(false);
  }, [killable]);

  const stopAsking = () => {
    setAsking(false);
    row.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && asking) stopAsking();
    else if (event.target !== row.current) return;
    else if (event.key === 'Enter') onOpen();
    else if (event.key === 'Delete' && killable && notNow === undefined && pending === undefined) setAsking(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const name = job.jobName === '' ? `Job ${job.jobId}` : job.jobName;
  const tabIndex = current ? 0 : -1;
  const title = `${job.minorStatus}${job.applicationStatus ? ` · ${job.applicationStatus}` : ''}`;
  return (
    <div
      ref={row}
      role="row"
      className="dirac-JobRow"
      style={{ top: topPx }}
      aria-rowindex={index + 1}
      data-job-id={job.jobId}
      data-status={job.status}
      data-held={job.minorStatus === 'Held'}
      tabIndex={tabIndex}
      onKeyDown={onKeyDown}
      onFocus={onFocus}
      onDoubleClick={onOpen}
      aria-label={`${name}, job ${job.jobId}, ${job.status}, ${job.minorStatus}`}
    >
      <span role="gridcell" className="dirac-JobRow-state">
        <StatusBadge status={job.status} title={title} />
      </span>
      <span role="gridcell" className="dirac-JobRow-name">
        <button type="button" className="dirac-LinkButton" tabIndex={tabIndex} onClick={onOpen}>
          <MiddleCut text={name} />
        </button>
        <span className="dirac-JobRow-id">{job.jobId}</span>
      </span>
      {asking ? (
        <span role="gridcell" className="dirac-JobRow-asking">
          <button
            ref={yes}
            type="button"
            className="dirac-SmallButton"
            data-act="confirm"
            aria-label={`Kill job ${job.jobId}`}
            disabled={notNow !== undefined}
            title={notNow}
            onClick={() => {
              stopAsking();
              onAct('kill');
            }}
          >
            Kill
          </button>
          <button type="button" className="dirac-SmallButton" onClick={stopAsking} aria-label={`Do not kill job ${job.jobId}`}>
            Keep
          </button>
        </span>
      ) : (
        <>
          <span
            role="gridcell"
            className="dirac-JobRow-age"
            data-settled={pending === undefined ? '' : undefined}
            title={bothTimes(job.lastUpdateTime)}
          >
            {pending === undefined ? age(job.submissionTime, nowMs) : pending === 'kill' ? 'killing…' : 'sending…'}
          </span>
          <span role="gridcell" className="dirac-JobRow-acts">
            {killable ? (
              <button
                type="button"
                className="dirac-SmallButton"
                data-act="kill"
                tabIndex={tabIndex}
                disabled={notNow !== undefined || pending !== undefined}
                title={notNow ?? 'Kill… (Del)'}
                aria-label={`Kill job ${job.jobId}…`}
                onClick={() => setAsking(true)}
              >
                ✕
              </button>
            ) : null}
            {canReschedule(job.status) ? (
              <button
                type="button"
                className="dirac-SmallButton"
                data-act="reschedule"
                tabIndex={tabIndex}
                disabled={notNow !== undefined || pending !== undefined}
                title={notNow ?? 'Reschedule: run it again'}
                aria-label={`Reschedule job ${job.jobId}`}
                onClick={() => onAct('reschedule')}
              >
                ↻
              </button>
            ) : null}
          </span>
        </>
      )}
    </div>
  );
}
