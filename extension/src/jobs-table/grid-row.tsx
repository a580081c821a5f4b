import type { Job } from '@diraclab/contract';
import type { MouseEvent } from 'react';
import { MiddleCut } from '../ui/middle-cut';
import { StatusBadge } from '../ui/status-badge';
import { ranFor, shortTime } from './columns';

interface GridRowProps {
  id: string;
  job: Job | undefined;
  index: number;
  topPx: number;
  nowMs: number;
  current: boolean;
  picked: boolean;
  onPick: (index: number, event: MouseEvent) => void;
  onOpen: (jobId: number) => void;
}

const Time = ({ instant }: { instant: string | null }): JSX.Element => {
  const { text, title } = shortTime(instant);
  return (
    <span role="gridcell" className="dirac-Cell-time" title={title}>
      {text}
    </span>
  );
};

/** One job, or the place of one that is being fetched. Everything from outside is text. */
export function GridRow({ id, job, index, topPx, nowMs, current, picked, onPick, onOpen }: GridRowProps): JSX.Element {
  const common = {
    id,
    role: 'row',
    className: 'dirac-TableRow',
    style: { top: topPx },
    'aria-rowindex': index + 2,
    'data-current': current ? '' : undefined,
  };
  if (job === undefined) {
    return (
      <div {...common} aria-busy="true">
        <span role="gridcell" className="dirac-TableRow-waiting">
          …
        </span>
      </div>
    );
  }
  const application = job.applicationStatus === '' || job.applicationStatus === 'Unknown' ? '' : ` · ${job.applicationStatus}`;
  return (
    <div
      {...common}
      aria-selected={picked}
      data-job-id={job.jobId}
      data-status={job.status}
      data-held={job.minorStatus === 'Held'}
      onClick={(event) => onPick(index, event)}
      onDoubleClick={() => onOpen(job.jobId)}
    >
      <span role="gridcell">
        <input type="checkbox" tabIndex={-1} checked={picked} readOnly aria-label={`Select job ${job.jobId}`} />
      </span>
      <span role="gridcell" className="dirac-Cell-id">
        <button
          type="button"
          className="dirac-LinkButton"
          tabIndex={-1}
          title={`Open job ${job.jobId}`}
          onClick={(event) => {
            event.stopPropagation();
            onOpen(job.jobId);
          }}
        >
          {job.jobId}
        </button>
      </span>
      <span role="gridcell">
        <MiddleCut text={job.jobName} />
      </span>
      <span role="gridcell">
        <StatusBadge status={job.status} />
      </span>
      <span role="gridcell" className="dirac-Cell-sentence" title={job.minorStatus + application}>
        <bdi>{job.minorStatus + application}</bdi>
      </span>
      <span role="gridcell">
        <MiddleCut text={job.jobGroup} />
      </span>
      <span role="gridcell">
        <MiddleCut text={job.site} />
      </span>
      <Time instant={job.submissionTime} />
      <Time instant={job.endExecTime} />
      <span role="gridcell" className="dirac-Cell-time">
        {ranFor(job, nowMs)}
      </span>
    </div>
  );
}
