import type { Job, JobDetails, LogEntry, Why } from '@diraclab/contract';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { act, type Act } from '../jobs/act';
import { participles } from '../jobs-table/bulk';
import { Recount } from '../jobs-table/facets';
import { explain, type Trouble } from '../session/explain';
import type { IDiracSession, LiveState, Refusal } from '../tokens';
import type { BodyModel } from '../ui/model-body';
import { isFinal } from '../ui/states';
import { OutputModel } from './output-model';

export const sections = ['Why', 'Output', 'Files', 'Log', 'Attempts', 'Resources', 'Description'] as const;
export type Section = (typeof sections)[number];

/** One job, as it is now. It is watched; details, log and reasons are read again only when its state has changed. */
export class JobModel implements BodyModel {
  readonly changed = new Signal<this, void>(this);
  readonly jobId: number;
  readonly session: IDiracSession;
  readonly output: OutputModel;
  job: Job | undefined;
  details: JobDetails | undefined;
  log: LogEntry[] = [];
  why: Why | undefined;
  section: Section = 'Why';
  follow = true;
  /** The server has no such job, or none that one may see. */
  missing = false;
  refused: Refusal | undefined;
  trouble: Trouble | undefined;
  result = '';
  pending: Act | undefined;
  isDisposed = false;
  #watch: IDisposable | undefined;
  #waiting: IDisposable | undefined;
  #known = '';
  #sectionChosen = false;
  readonly #rereadWhy = new Recount(() => this.#readWhy(), 2000);
  readonly #reread = new Recount(() => this.#readAll(), 400);

  constructor(session: IDiracSession, jobId: number) {
    this.session = session;
    this.jobId = jobId;
    this.output = new OutputModel(session, jobId, () => this.#emit());
    session.live.stateChanged.connect(this.#emit, this);
  }

  get state(): LiveState {
    return this.session.live.state;
  }

  start(): void {
    if (this.#watch !== undefined) return;
    // Whatever changed while nobody looked is read once.
    this.#known = '';
    this.#watch = this.session.live.watch(
      { kind: 'jobs', jobIds: [this.jobId] },
      ({ jobs }) => this.#learn(jobs[0]),
      (refusal) => {
        this.refused = refusal;
        this.#emit();
      },
    );
    if (this.section === 'Output') this.output.start();
  }

  stop(): void {
    this.#watch?.dispose();
    this.#waiting?.dispose();
    this.#watch = this.#waiting = undefined;
    this.output.stop();
    this.#reread.stop();
    this.#rereadWhy.stop();
  }

  show(section: Section): void {
    this.section = section;
    this.#sectionChosen = true;
    this.#onSection();
    this.#emit();
  }

  setFollow(follow: boolean): void {
    if (this.follow === follow) return;
    this.follow = follow;
    this.#emit();
  }

  async act(what: Act): Promise<void> {
    this.pending = what;
    this.#emit();
    try {
      this.result = await act(this.session, what, { jobIds: [this.jobId] });
      this.trouble = undefined;
    } catch (error) {
      this.fail(`Job ${this.jobId} was not ${participles[what]}`, error);
    } finally {
      this.pending = undefined;
      this.#emit();
    }
  }

  say(result: string): void {
    this.result = result;
    this.#emit();
  }

  fail(what: string, error: unknown): void {
    this.trouble = explain(what, error);
    this.#emit();
  }

  closeTrouble(): void {
    this.trouble = undefined;
    this.#emit();
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.stop();
    this.output.dispose();
    Signal.clearData(this);
  }

  #learn(job: Job | undefined): void {
    if (job === undefined) {
      this.missing = this.job === undefined;
      return this.#emit();
    }
    this.missing = false;
    if (this.job !== undefined && this.job.attempt !== job.attempt && job.attempt > 0) this.output.restart(this.output.stream);
    const isFirst = this.job === undefined;
    this.job = job;
    // What runs or has ended is opened at its output; what waits, at the reason.
    if (isFirst && !this.#sectionChosen && job.attempt > 0) this.section = 'Output';
    this.#onSection();
    const known = [job.status, job.minorStatus, job.applicationStatus, job.attempt, job.endExecTime, job.rescheduleCounter].join('\n');
    if (known !== this.#known) {
      this.#known = known;
      this.#reread.ask();
    }
    this.#emit();
  }

  /** Output is read only where it is shown. Why a job waits depends on the others, so that their changes are heard while it waits. */
  #onSection(): void {
    if (this.section === 'Output' && this.#watch !== undefined) this.output.start();
    else this.output.stop();
    const listens = this.#watch !== undefined && this.section === 'Why' && this.job?.status === 'Waiting';
    if (listens) this.#waiting ??= this.session.live.watch({ kind: 'counts', groups: 0 }, () => this.#rereadWhy.ask());
    else {
      this.#waiting?.dispose();
      this.#waiting = undefined;
    }
  }

  async #readAll(): Promise<void> {
    const params = { jobId: this.jobId };
    try {
      const [details, { entries }] = await Promise.all([
        this.session.call('getJob', { params }),
        this.session.call('getJobLog', { params }),
      ]);
      this.details = details;
      this.log = entries;
      this.#emit();
      if (this.job?.status !== 'Waiting' || this.why === undefined) await this.#readWhy();
    } catch (error) {
      if (this.state.kind === 'live') this.fail(`Job ${this.jobId} could not be read`, error);
    }
  }

  async #readWhy(): Promise<void> {
    try {
      this.why = await this.session.call('whyJob', { params: { jobId: this.jobId } });
      this.#emit();
    } catch (error) {
      if (this.state.kind === 'live') this.fail(`Why job ${this.jobId} is where it is could not be read`, error);
    }
  }

  get isFinal(): boolean {
    return this.job !== undefined && isFinal(this.job.status);
  }

  #emit(): void {
    this.changed.emit();
  }
}
