import { Empty } from '../ui/empty';
import { Freshness } from '../ui/freshness';
import { MiddleCut } from '../ui/middle-cut';
import { StatusBadge } from '../ui/status-badge';
import { bothTimes } from '../ui/times';
import { TroubleBox } from '../ui/trouble';
import { useNow } from '../ui/use-now';
import { Acts } from './acts';
import { AttemptTable, DescriptionText, LogTable, ParameterTable, ResourceTable } from './facts';
import { FileLists } from './files';
import type { JobModel, Section } from './model';
import { OutputView } from './output';
import { Tabs } from './tabs';
import { headline, lasted, phases } from './timeline';
import { WhyText } from './why';

export type Execute = (command: string, args?: object) => void;

export function JobPage({ model, execute, onClose }: { model: JobModel; execute: Execute; onClose: () => void }): JSX.Element {
  const nowMs = useNow(model.isFinal ? 60_000 : 5000);
  const { job } = model;
  if (model.missing || model.refused !== undefined) {
    const sentence = model.refused?.detail ?? `There is no job ${model.jobId}, or it is not yours.`;
    return <Empty sentence={sentence} action="Close this tab" onAct={onClose} />;
  }
  if (job === undefined)
    return (
      <p className="dirac-Quiet">
        {model.state.kind === 'offline' ? `Job ${model.jobId} cannot be shown while offline.` : 'Asking the server…'}
      </p>
    );
  return (
    <article className="dirac-PageFrame" aria-label={`Job ${job.jobId}`}>
      <header className="dirac-PageHeader">
        <h2>
          <StatusBadge status={job.status} />
          <MiddleCut text={job.jobName === '' ? `Job ${job.jobId}` : job.jobName} />
          <span className="dirac-Card-id">{job.jobId}</span>
        </h2>
        <p className="dirac-Headline" role="status">
          <bdi>{headline(job, model.why, nowMs)}</bdi>
        </p>
        <Timeline model={model} nowMs={nowMs} />
        <Acts model={model} execute={execute} />
        {model.trouble === undefined ? null : <TroubleBox trouble={model.trouble} onClose={() => model.closeTrouble()} />}
        <p className="dirac-Result" role="status">
          {model.result}
        </p>
        <Freshness state={model.state} onRetry={() => model.session.live.retry()} />
      </header>
      <Tabs section={model.section} onShow={(section) => model.show(section)}>
        <SectionBody section={model.section} model={model} execute={execute} />
      </Tabs>
    </article>
  );
}

function SectionBody({ section, model, execute }: { section: Section; model: JobModel; execute: Execute }): JSX.Element {
  if (section === 'Output') return <OutputView model={model} />;
  if (section === 'Log') return <LogTable log={model.log} />;
  if (section === 'Why') return <WhyText model={model} execute={execute} />;
  const { details, job } = model;
  if (details === undefined || job === undefined) return <p className="dirac-Quiet">Asking the server…</p>;
  if (section === 'Files') return <FileLists model={model} details={details} />;
  if (section === 'Attempts') return <AttemptTable attempts={details.attempts} />;
  if (section === 'Resources')
    return (
      <>
        <ResourceTable job={job} description={details.description} />
        <ParameterTable parameters={details.jobParameters} />
      </>
    );
  return <DescriptionText description={details.description} parameters={job.parameters} />;
}

/** The phases of its life, each with how long it took. */
function Timeline({ model, nowMs }: { model: JobModel; nowMs: number }): JSX.Element {
  return (
    <ol className="dirac-Timeline" aria-label="Phases">
      {phases(model.log).map((phase) => (
        <li
          key={`${phase.since} ${phase.status} ${phase.attempt}`}
          title={`${phase.minorStatus}, since ${bothTimes(phase.since)}`}
          aria-current={phase.untilMs === undefined ? 'step' : undefined}
        >
          <StatusBadge status={phase.status} />
          <span className="dirac-Timeline-lasted">{lasted(phase, nowMs)}</span>
        </li>
      ))}
    </ol>
  );
}
