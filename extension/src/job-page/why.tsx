import type { JobModel } from './model';

/** The server's own reasons, most common first, and what to do. */
export function WhyText({ model }: { model: JobModel }): JSX.Element {
  const { why } = model;
  if (why === undefined) return <p className="dirac-Quiet">Asking the server…</p>;
  return (
    <section className="dirac-Why" aria-label="Why">
      <p>
        <strong>{why.headline}</strong>
      </p>
      {why.causes.length === 0 ? null : (
        <ul>
          {why.causes.map(({ code, text, resources }) => (
            <li key={code + text}>
              {resources > 0 ? `${resources.toLocaleString()} ${resources === 1 ? 'pilot' : 'pilots'}: ` : ''}
              {text} <code>{code}</code>
            </li>
          ))}
        </ul>
      )}
      {why.ahead === null ? null : (
        <p>
          {why.ahead === 0
            ? 'It is the next of its queue.'
            : `${why.ahead.toLocaleString()}${why.ahead >= 1000 ? ' or more' : ''} jobs of the same queue come before it.`}
        </p>
      )}
      {why.next === null ? null : <p>{why.next}</p>}
    </section>
  );
}
