import type { Attempt, Job, JobDescription, JobParameter, LogEntry, Parameters } from '@diraclab/contract';
import type { ReactNode } from 'react';
import { readableJson } from '../ui/readable-json';
import { bothTimes, duration } from '../ui/times';
import { shortTime } from '../jobs-table/columns';

function Facts({ head, rows, none }: { head: readonly string[]; rows: readonly ReactNode[][]; none: string }): JSX.Element {
  if (rows.length === 0) return <p className="dirac-Quiet">{none}</p>;
  return (
    <table className="dirac-Facts">
      <thead>
        <tr>
          {head.map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells, row) => (
          <tr key={row}>
            {cells.map((cell, column) => (
              <td key={column}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const text = (value: string) => <bdi>{value}</bdi>;
const instant = (value: string | null) => <span title={value === null ? '' : bothTimes(value)}>{shortTime(value).text}</span>;
const exact = (value: string) => <span title={bothTimes(value)}>{new Date(value).toLocaleString()}</span>;

export const LogTable = ({ log }: { log: readonly LogEntry[] }): JSX.Element => (
  <Facts
    head={['Time', 'State', 'Minor status', 'Application status', 'Source', 'Attempt']}
    none="Nothing is logged yet."
    rows={log.map((entry) => [
      exact(entry.time),
      entry.status,
      text(entry.minorStatus),
      text(entry.applicationStatus),
      text(entry.source),
      entry.attempt,
    ])}
  />
);

export const AttemptTable = ({ attempts }: { attempts: readonly Attempt[] }): JSX.Element => (
  <Facts
    head={['Attempt', 'Pilot', 'Site', 'Host', 'Matched', 'Ended', 'Outcome']}
    none="No pilot has taken it yet."
    rows={attempts.map((one) => [
      one.attempt,
      one.pilotId,
      text(one.site),
      text(one.host),
      instant(one.matchedTime),
      instant(one.endTime),
      text(one.outcome ?? 'goes on'),
    ])}
  />
);

/** Asked and used beside each other: what was asked too high costs waiting, what too low ends the job. */
export function ResourceTable({ job, description }: { job: Job; description: JobDescription }): JSX.Element {
  const seconds = (value: number | null | undefined) => (value === null || value === undefined ? '' : duration(value * 1000));
  const share = (used: number | null, asked: number | undefined) =>
    used === null || !asked ? '' : `${Math.round((100 * used) / asked)} %`;
  const processors = description.numberOfProcessors ?? 1;
  return (
    <Facts
      head={['Resource', 'Asked', 'Used', 'Share']}
      none=""
      rows={[
        ['CPU time', seconds(job.cpuTimeS), seconds(job.cpuTimeUsedS), share(job.cpuTimeUsedS, job.cpuTimeS)],
        [
          'Wall time',
          description.wallTimeS === undefined ? 'default' : seconds(description.wallTimeS),
          seconds(job.wallTimeUsedS),
          share(job.wallTimeUsedS, description.wallTimeS),
        ],
        [
          'Memory',
          description.minRamMB === undefined ? 'any' : `${description.minRamMB.toLocaleString()} MB`,
          job.maxRssMB === null ? '' : `${Math.round(job.maxRssMB).toLocaleString()} MB`,
          share(job.maxRssMB, description.minRamMB),
        ],
        ['Processors', processors, busy(job), busy(job) === '' ? '' : share(Number(busy(job)), processors)],
      ]}
    />
  );
}

/** What the pilot or the owner noted about this attempt. */
export const ParameterTable = ({ parameters }: { parameters: readonly JobParameter[] }): JSX.Element => (
  <Facts
    head={['Parameter', 'Value', 'Noted']}
    none="Nothing is noted about this attempt."
    rows={parameters.map(({ name, value, time }) => [text(name), text(value), exact(time)])}
  />
);

/** CPU seconds a second: how many processors it kept busy. */
function busy({ cpuTimeUsedS, wallTimeUsedS }: Job): string {
  return cpuTimeUsedS === null || wallTimeUsedS === null || wallTimeUsedS < 1 ? '' : (cpuTimeUsedS / wallTimeUsedS).toFixed(1);
}

export function DescriptionText({ description, parameters }: { description: JobDescription; parameters: Parameters | null }): JSX.Element {
  return (
    <>
      {parameters === null ? null : (
        <Facts
          head={['Parameter', 'Value']}
          none=""
          rows={Object.entries(parameters).map(([name, value]) => [text(name), text(String(value))])}
        />
      )}
      <pre className="dirac-OutputText" tabIndex={0} aria-label="Description as JSON">
        {readableJson(description)}
      </pre>
    </>
  );
}
