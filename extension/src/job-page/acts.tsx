import type { JobModel } from './model';
import { Fragment, useEffect, useRef, useState } from 'react';
import { commandIds } from '../commands';
import { mayAct, verbs } from '../jobs-table/bulk';
import { whyNotNow } from '../ui/freshness';
import type { Execute } from './page';

const questions = {
  kill: 'What it has computed so far is lost, unless it is in its output.',
  delete: 'It leaves the lists and lies in the bin for a week, from which it can be restored.',
} as const;

/** What can be done with one job. Killing and deleting ask once more in their place. */
export function Acts({ model, execute }: { model: JobModel; execute: Execute }): JSX.Element | null {
  const [asking, setAsking] = useState<'kill' | 'delete' | undefined>(undefined);
  const yes = useRef<HTMLButtonElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const { job, details } = model;
  const status = job?.status;
  const asked = useRef(false);
  useEffect(() => {
    // To the question when it comes, back to the acts when it goes: the button that had the focus is not there any more.
    if (asking !== undefined) yes.current?.focus();
    else if (asked.current) bar.current?.querySelector('button')?.focus();
    asked.current = asking !== undefined;
  }, [asking]);
  useEffect(() => {
    if (asking !== undefined && status !== undefined && !mayAct[asking](status)) setAsking(undefined);
  }, [asking, status]);
  if (status === undefined || job === undefined) return null;
  const notNow = whyNotNow(model.state);
  const blocked = notNow !== undefined || model.pending !== undefined;
  const stopAsking = () => setAsking(undefined);
  const copy = (text: string) => void navigator.clipboard.writeText(text).then(() => model.say(`Copied: ${text}`), (error: unknown) => model.fail('Nothing was copied', error)); // prettier-ignore
  const button = (label: string, onClick: () => void, disabled: string | undefined = undefined, act?: string) => (
    <button type="button" className="dirac-SmallButton" data-act={act} disabled={disabled !== undefined} title={disabled} onClick={onClick}>
      {label}
    </button>
  );
  return (
    <div
      ref={bar}
      className="dirac-Acts"
      role="group"
      aria-label="Acts"
      onKeyDown={(event) => event.key === 'Escape' && asking !== undefined && stopAsking()}
    >
      {asking === undefined ? (
        <>
          {mayAct.kill(status)
            ? button(
                model.pending === 'kill' ? 'Killing…' : 'Kill…',
                () => setAsking('kill'),
                blocked ? (notNow ?? 'Being done') : undefined,
                'kill',
              )
            : null}
          {mayAct.reschedule(status)
            ? button('Reschedule', () => void model.act('reschedule'), blocked ? (notNow ?? 'Being done') : undefined, 'reschedule')
            : null}
          {(['hold', 'release', 'restore'] as const).map((act) =>
            mayAct[act](status) && (act === 'restore' || (act === 'release') === (job.minorStatus === 'Held')) ? (
              <Fragment key={act}>
                {button(verbs[act], () => void model.act(act), blocked ? (notNow ?? 'Being done') : undefined, act)}
              </Fragment>
            ) : null,
          )}
          {mayAct.delete(status)
            ? button('Delete…', () => setAsking('delete'), blocked ? (notNow ?? 'Being done') : undefined, 'delete')
            : null}
        </>
      ) : (
        <span role="alert">
          {questions[asking]}{' '}
          <button
            ref={yes}
            type="button"
            className="dirac-SmallButton"
            data-act="confirm"
            disabled={blocked}
            onClick={() => {
              stopAsking();
              void model.act(asking);
            }}
          >
            {asking === 'kill' ? `Kill job ${job.jobId}` : `Delete job ${job.jobId}`}
          </button>{' '}
          {button('Keep', stopAsking)}
        </span>
      )}
      {button(
        'Clone to launchpad',
        () =>
          execute(commandIds.newJob, {
            description: details?.description,
            ...(job.parameters === null ? {} : { parameters: [job.parameters] }),
          }),
        details === undefined ? 'Its description is not read yet' : undefined,
      )}
      {button('Copy id', () => copy(String(job.jobId)))}
      {button('Copy as command', () => copy(`dstat ${job.jobId}`))}
      {button('Copy as TypeScript', () => copy(`const job = await dirac.open(${job.jobId});`))}
    </div>
  );
}
