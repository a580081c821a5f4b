import { commandIds, whereGroup } from '../commands';
import { Freshness, whyNotNow } from '../ui/freshness';
import { TroubleBox } from '../ui/trouble';
import type { Execute } from './launchpad';
import type { LaunchpadModel } from './model';

/** Submits, and says what became of it. */
export function SubmitBar({ model, execute }: { model: LaunchpadModel; execute: Execute }): JSX.Element {
  const { submitted, busy, sweep } = model;
  const notNow = whyNotNow(model.state);
  const count = 'problem' in sweep ? 1 : sweep.count;
  const wrong = Object.keys(model.problems).filter((name) => model.touched.has(name as never)).length;
  const label = `Submit${count === 1 ? '' : ` ${count.toLocaleString()} jobs`}${model.isAgain ? ' again' : ''}`;
  return (
    <footer className="dirac-SubmitBar">
      {model.trouble === undefined ? null : <TroubleBox trouble={model.trouble} onClose={() => model.closeTrouble()} />}
      <button type="submit" className="jp-mod-styled jp-mod-accept" disabled={busy !== undefined || notNow !== undefined} title={notNow}>
        {busy ?? label}
      </button>
      <span role="status" className="dirac-Submitted">
        {wrong > 0 && busy === undefined ? `${wrong} ${wrong === 1 ? 'field needs' : 'fields need'} another look. ` : ''}
        {submitted === undefined ? null : submitted.jobIds.length === 1 ? (
          <>
            {submitted.repeated ? 'Already submitted as job ' : 'Submitted as job '}
            <button type="button" className="dirac-LinkButton" onClick={() => execute(commandIds.openJob, { jobId: submitted.jobIds[0] })}>
              {submitted.jobIds[0]}
            </button>
            .
          </>
        ) : (
          <>
            {submitted.jobIds.length.toLocaleString()} jobs {submitted.repeated ? 'were submitted already' : 'are submitted'},{' '}
            {submitted.jobIds[0]} to {submitted.jobIds.at(-1)}:{' '}
            <button
              type="button"
              className="dirac-LinkButton"
              onClick={() => execute(commandIds.openTable, { query: { where: [whereGroup(submitted.jobGroup)] } })}
            >
              open as table
            </button>
            .
          </>
        )}
      </span>
      <Freshness state={model.state} onRetry={() => model.session.live.retry()} />
    </footer>
  );
}
