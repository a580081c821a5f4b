import type { ChangedNeeds, JobDescription, Why } from '@diraclab/contract';
import { commandIds } from '../commands';
import { duration } from '../ui/times';
import type { JobModel } from './model';
import type { Execute } from './page';

/** The server's own reasons: in a sentence, rule by rule, what would help, and where it stands. */
export function WhyText({ model, execute }: { model: JobModel; execute: Execute }): JSX.Element {
  const { why, details } = model;
  if (why === undefined) return <p className="dirac-Quiet">Asking the server…</p>;
  return (
    <section className="dirac-Why" aria-label="Why">
      <p>
        <strong>{why.headline}</strong>
      </p>
      {why.next === null ? null : <p>{why.next}</p>}
      <Causes causes={why.causes} />
      <Funnel funnel={why.funnel} />
      <Changes changes={why.changes} description={details?.description} execute={execute} />
      {why.order === null ? null : <Order order={why.order} />}
    </section>
  );
}

function Causes({ causes }: Pick<Why, 'causes'>): JSX.Element | null {
  if (causes.length === 0) return null;
  return (
    <ul>
      {causes.map(({ code, text, resources }) => (
        <li key={code + text}>
          {resources > 0 ? `${resources.toLocaleString()} ${resources === 1 ? 'resource' : 'resources'}: ` : ''}
          {text} <code>{code}</code>
        </li>
      ))}
    </ul>
  );
}

/** How many resources each rule leaves. */
function Funnel({ funnel }: Pick<Why, 'funnel'>): JSX.Element | null {
  if (funnel.length < 2) return null;
  return (
    <table className="dirac-Facts" aria-label="Resources left by each rule">
      <tbody>
        {funnel.map(({ code, text, left }) => (
          <tr key={code ?? ''}>
            <th scope="row">{text}</th>
            <td>{left.toLocaleString()}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Changes({
  changes,
  description,
  execute,
}: Pick<Why, 'changes'> & { description: JobDescription | undefined; execute: Execute }): JSX.Element | null {
  if (changes.length === 0) return null;
  return (
    <ul aria-label="One change that would help">
      {changes.map(({ change, text }) => (
        <li key={text}>
          {text}{' '}
          <button
            type="button"
            className="dirac-SmallButton"
            disabled={description === undefined}
            title={description === undefined ? 'Its description is not read yet' : undefined}
            aria-label={`Try with this change: ${text}`}
            onClick={() => execute(commandIds.newJob, { description: withChange(description ?? {}, change) })}
          >
            Try in launchpad
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The description with one need changed; a list that became empty is no need any more. */
export function withChange(description: JobDescription, change: ChangedNeeds): JobDescription {
  const changed = Object.entries({ ...description, ...change });
  return Object.fromEntries(changed.filter(([name, value]) => !(name in change && Array.isArray(value) && value.length === 0)));
}

function Order({ order: { ahead, competing, startedLastHour, typicalWait } }: { order: NonNullable<Why['order']> }): JSX.Element {
  const capped = (n: number) => `${n.toLocaleString()}${n >= 1000 ? ' or more' : ''}`;
  return (
    <p>
      {ahead === 0
        ? 'It is the next of its queue.'
        : `${capped(ahead)} ${ahead === 1 ? 'job' : 'jobs'} of the same queue ${ahead === 1 ? 'comes' : 'come'} before it.`}{' '}
      {competing === 0 ? '' : `${competing.toLocaleString()} wait in other queues for the same resources. `}
      {capped(startedLastHour)} started in the last hour.{' '}
      {typicalWait === null
        ? ''
        : `Typical wait: half within ${duration(typicalWait.p50Ms)}, nine of ten within ${duration(typicalWait.p90Ms)} (${typicalWait.jobs.toLocaleString()} jobs ${typicalWait.of === 'queue' ? 'of this queue' : 'of your VO'}).`}
    </p>
  );
}
