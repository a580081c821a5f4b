import { isFinal } from '../ui/states';
import { StatusBadge } from '../ui/status-badge';
import { bothTimes, duration } from '../ui/times';
import type { CardOpens } from './card';
import { CardFooter } from './card-footer';
import type { CardModel } from './model';
import type { CardJob } from './payload';

export function JobCard({
  model,
  job,
  trusted,
  opens,
}: {
  model: CardModel;
  job: CardJob;
  trusted: boolean;
  opens: CardOpens;
}): JSX.Element {
  const name = job.jobName === '' ? 'Job' : job.jobName;
  return (
    <section aria-label={`DIRAC job ${job.jobId}`} className="dirac-Card-body">
      <header className="dirac-Card-header">
        <span role="status">
          <StatusBadge status={job.status} />
        </span>
        <bdi className="dirac-Card-name" title={name}>
          {name}
        </bdi>
        <span className="dirac-Card-id">{job.jobId}</span>
      </header>
      <p className="dirac-Card-sentence">
        <bdi>{[job.minorStatus, job.applicationStatus].filter((text) => text !== '' && text !== 'Unknown').join(' · ')}</bdi>
        {job.site === '' || job.site === 'ANY' ? null : (
          <>
            {' at '}
            <bdi>{job.site}</bdi>
          </>
        )}
        {spent(job)}
      </p>
      {model.output === '' ? null : (
        <pre className="dirac-Card-output-tail" tabIndex={0} aria-label={`Last lines of standard output of job ${job.jobId}`}>
          {model.output}
        </pre>
      )}
      <CardFooter
        model={model}
        killing={trusted && !isFinal(job.status) ? `Kill job ${job.jobId}` : undefined}
        openLabel="Open job"
        onOpen={() => opens.openJob(job.jobId)}
        asOf={job.lastUpdateTime}
      />
    </section>
  );
}

function spent({ startExecTime, endExecTime }: CardJob): JSX.Element | null {
  if (startExecTime === null || endExecTime === null) return null;
  return (
    <span title={`${bothTimes(startExecTime)} to ${bothTimes(endExecTime)}`}>
      {' '}
      in {duration(Date.parse(endExecTime) - Date.parse(startExecTime))}
    </span>
  );
}
