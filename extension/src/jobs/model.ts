import type { GroupSummary, Job } from '@diraclab/contract';
import type { LabSession } from '@diraclab/contract/lab-session';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { helloJob } from '../commands';
import { explain, type Trouble } from '../session/explain';
import type { IDiracSession, LiveState, WatchSpec } from '../tokens';
import { summarise, type StateCounts } from '../ui/states';
import { act, type Act } from './act';
import { failuresFirst, merge, searchConditions } from './view';

export const newestJobs = 50;
export const newestGroups = 30;
/** A pause in typing. */
const searchAfterMs = 250;

/** What the Jobs panel knows; no DOM. It watches only while the panel can be seen, and keeps its rows when it cannot. */
export class JobsModel implements IDisposable {
  readonly changed = new Signal<this, void>(this);
  counts: StateCounts = {};
  groups: GroupSummary[] = [];
  jobs: Job[] = [];
  total = 0;
  search = '';
  /** False until the server has said what there is: before that, nothing is "empty". */
  counted = false;
  listed = false;
  trouble: Trouble | undefined;
  /** The result of the last act, in words. */
  result = '';
  /** Acts that were sent and not answered, by job id. */
  readonly pending = new Map<number, Act>();
  readonly #session: IDiracSession;
  #whose: string | undefined;
  #watches: IDisposable[] = [];
  #view: IDisposable | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor(session: IDiracSession) {
    this.#session = session;
    session.live.stateChanged.connect(this.#emit, this);
    session.signIn.changed.connect(this.#follow, this);
  }

  get state(): LiveState {
    return this.#session.live.state;
  }

  get signIn(): LabSession | undefined {
    return this.#session.signIn.session;
  }

  retry(): void {
    this.#session.live.retry();
  }

  start(): void {
    if (this.#watches.length > 0) return;
    this.#watches = [
      this.#session.live.watch(
        { kind: 'counts', groups: newestGroups },
        (frame) => {
          this.counts = frame.counts;
          this.groups = failuresFirst(frame.groups);
          this.counted = true;
          this.#emit();
        },
        (refusal) => this.#fail('The jobs could not be counted', { message: refusal.detail, code: refusal.code }),
      ),
    ];
    this.#list();
  }

  stop(): void {
    for (const watch of this.#watches) watch.dispose();
    this.#watches = [];
    this.#view?.dispose();
    this.#view = undefined;
  }

  setSearch(text: string): void {
    this.search = text;
    this.#emit();
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      if (this.#watches.length > 0) this.#list();
    }, searchAfterMs);
  }

  async act(what: Act, job: Pick<Job, 'jobId'>): Promise<void> {
    this.pending.set(job.jobId, what);
    this.#emit();
    try {
      this.result = await act(this.#session, what, { jobIds: [job.jobId] });
      this.trouble = undefined;
    } catch (error) {
      this.#fail(`Job ${job.jobId} was not ${what === 'kill' ? 'killed' : 'rescheduled'}`, error);
    } finally {
      this.pending.delete(job.jobId);
      this.#emit();
    }
  }

  async submitHello(): Promise<void> {
    try {
      const { jobIds } = await this.#session.call('submitJobs', { body: { description: helloJob } });
      this.result = `Job ${jobIds.join(', ')} is submitted.`;
      this.trouble = undefined;
    } catch (error) {
      this.#fail('The hello job was not submitted', error);
    }
    this.#emit();
  }

  closeTrouble(): void {
    this.trouble = undefined;
    this.#emit();
  }

  get isEmpty(): boolean {
    return this.counted && summarise(this.counts).total === 0;
  }

  isDisposed = false;

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.stop();
    clearTimeout(this.#typing);
    Signal.clearData(this);
  }

  #list(): void {
    this.#view?.dispose();
    const where = searchConditions(this.search);
    let known = new Map<number, Job>();
    const spec = {
      kind: 'view',
      query: { where, sort: { field: 'jobId', direction: 'desc' }, limit: newestJobs },
    } satisfies WatchSpec;
    this.#view = this.#session.live.watch(
      spec,
      (frame) => {
        known = merge(known, frame);
        this.jobs = [...known.values()];
        this.total = frame.total;
        this.listed = true;
        this.#emit();
      },
      (refusal) => this.#fail('The jobs could not be listed', { message: refusal.detail, code: refusal.code }),
    );
  }

  #fail(what: string, error: unknown): void {
    this.trouble = explain(what, error);
    this.#emit();
  }

  /** What somebody saw who is not here any more is nobody's to see. */
  #follow(): void {
    const whose = this.signIn?.kind === 'signedIn' ? [this.signIn.owner, this.signIn.vo, this.signIn.ownerGroup].join('/') : undefined;
    if (whose !== undefined && this.#whose !== undefined && whose !== this.#whose) {
      [this.counts, this.groups, this.jobs, this.total, this.counted, this.listed, this.result] = [{}, [], [], 0, false, false, ''];
      this.trouble = undefined;
    }
    this.#whose = whose ?? this.#whose;
    this.#emit();
  }

  #emit(): void {
    this.changed.emit();
  }
}
