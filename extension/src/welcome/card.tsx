import '../../style/welcome.css';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { IDiracSession } from '../tokens';
import { StatusBadge } from '../ui/status-badge';
import { TroubleBox } from '../ui/trouble';
import { WelcomeModel } from './model';

/** What the buttons do, besides the hello job. */
export interface WelcomeActs {
  openJob(jobId: number): void;
  openExample(name: string): void;
  openJobs(): void;
  openTerminal(): void;
  close(): void;
}

/** What this is, where it runs, a hello job, the examples. */
export class WelcomeCard extends ReactWidget {
  readonly model: WelcomeModel;
  readonly #acts: WelcomeActs;

  constructor(session: IDiracSession, acts: WelcomeActs) {
    super();
    this.model = new WelcomeModel(session);
    this.#acts = acts;
    this.addClass('dirac-Welcome');
    void this.model.ask();
  }

  protected override render(): JSX.Element {
    return <UseSignal signal={this.model.changed}>{() => <Welcome model={this.model} acts={this.#acts} />}</UseSignal>;
  }

  override dispose(): void {
    this.model.dispose();
    super.dispose();
  }
}

function Welcome({ model, acts }: { model: WelcomeModel; acts: WelcomeActs }): JSX.Element {
  const { hello, trouble, where } = model;
  return (
    <article className="dirac-WelcomeCard" aria-labelledby="dirac-welcome-title">
      <h2 id="dirac-welcome-title">Jobs, from this notebook to the grid</h2>
      <p>
        A job is a program that runs somewhere else. You submit it from a notebook cell, from the form or from a terminal; a queue hands it
        to a worker node; its output comes back here.
      </p>
      <p role="status">{where === '' && trouble === undefined ? 'Asking the server…' : where}</p>
      {trouble === undefined ? null : <TroubleBox trouble={trouble} onClose={() => void model.ask()} />}
      <h3>Try it</h3>
      <div className="dirac-WelcomeActs">
        <button type="button" className="jp-mod-styled jp-mod-accept" disabled={model.isSubmitting} onClick={() => void model.runHello()}>
          Run a hello job
        </button>
        {hello === undefined ? null : (
          <span role="status">
            <button type="button" className="dirac-LinkButton" onClick={() => acts.openJob(hello.jobId)}>
              Job {hello.jobId}
            </button>{' '}
            <StatusBadge status={hello.status} />
          </span>
        )}
      </div>
      <h3>Example notebooks</h3>
      <ul>
        <li>
          <button type="button" className="dirac-LinkButton" onClick={() => acts.openExample('01-first-job.ipynb')}>
            A first job
          </button>{' '}
          submit, watch, fetch the output, and what a failure looks like
        </li>
        <li>
          <button type="button" className="dirac-LinkButton" onClick={() => acts.openExample('02-real-data.ipynb')}>
            Four years of weather
          </button>{' '}
          a real data set spread over several jobs, gathered and plotted
        </li>
      </ul>
      <h3>Where things are</h3>
      <ul>
        <li>
          <button type="button" className="dirac-LinkButton" onClick={acts.openJobs}>
            The Jobs panel
          </button>{' '}
          on the left shows your jobs as they run
        </li>
        <li>
          <button type="button" className="dirac-LinkButton" onClick={acts.openTerminal}>
            A DIRAC terminal
          </button>{' '}
          has dsub, dstat, doutput and their relatives
        </li>
      </ul>
      <div className="dirac-WelcomeActs">
        <button type="button" className="jp-mod-styled" onClick={acts.close}>
          Close, and do not show again
        </button>
      </div>
    </article>
  );
}
