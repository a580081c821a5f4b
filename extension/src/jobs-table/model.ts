import type { Condition, Job, JobQuery, SearchField } from '@diraclab/contract';
import { Signal } from '@lumino/signaling';
import { operate, type Told } from '../jobs/operate';
import { explain, type Trouble } from '../session/explain';
import type { IDiracSession, LiveState } from '../tokens';
import type { BodyModel } from '../ui/model-body';
import type { StateCounts } from '../ui/states';
import { ask, outcome, participles, verbs, type BulkAct, type Question } from './bulk';
import { countFacets, noFacets, Recount, toStates, type FacetCounts, type FacetField } from './facets';
import { everything, extend, nothing, only, pickedCount, renew, statesOf, toggle, toSelection, type Picked } from './picked';
import { RowsModel } from './rows-model';
import { nextSort, type Sort } from './sort';
import { ViewsModel } from './views-model';

/** Rows of a range that is selected by Shift; more is better said by a filter and "all". */
export const longestRange = 5000;

/** A condition holds at most this many values; larger selections of single rows are counted as they were seen. */
const mostCountedIds = 10_000;

/** What a job table knows and does; no DOM. */
export class TableModel implements BodyModel {
  readonly changed = new Signal<this, void>(this);
  readonly queryChanged = new Signal<this, JobQuery>(this);
  readonly rows: RowsModel;
  readonly views: ViewsModel;
  facets: FacetCounts = noFacets;
  sampled: ReadonlySet<FacetField> = new Set();
  matching: StateCounts = {};
  picked: Picked = nothing;
  /** Position of the row that the keyboard is on. */
  current = 0;
  /** The job there, once somebody has moved to it: it stays the current one when rows come or go above it. */
  #currentId: number | undefined;
  /** Where a range by Shift begins. */
  #rangeFrom = 0;
  trouble: Trouble | undefined;
  result = '';
  pending: BulkAct | undefined;
  isDisposed = false;
  readonly #session: IDiracSession;
  readonly #confirm: (question: Question) => Promise<boolean>;
  readonly #notice: (session: IDiracSession) => Told;
  readonly #recount = new Recount(() => this.#count());

  constructor(
    session: IDiracSession,
    query: JobQuery,
    confirm: (question: Question) => Promise<boolean>,
    notice: (session: IDiracSession) => Told,
  ) {
    this.#notice = notice;
    this.#session = session;
    this.#confirm = confirm;
    this.views = new ViewsModel(session);
    this.rows = new RowsModel(session, query, {
      changed: () => {
        this.#keepCurrent();
        this.#emit();
      },
      moved: (jobs) => {
        this.picked = renew(this.picked, jobs);
        this.#recount.ask();
      },
      failed: (what, error) => this.#fail(what, error),
    });
    session.live.stateChanged.connect(this.#emit, this);
  }

  get state(): LiveState {
    return this.#session.live.state;
  }

  get total(): number {
    return this.rows.total;
  }

  get pickedCount(): number {
    return pickedCount(this.picked, this.total);
  }

  get pickedStates(): StateCounts {
    return statesOf(this.picked, this.matching);
  }

  start(): void {
    this.rows.start();
  }

  stop(): void {
    this.rows.stop();
    this.#recount.stop();
  }

  retry(): void {
    this.#session.live.retry();
  }

  setWhere(where: Condition[]): void {
    this.#ask(where, this.rows.sort);
  }

  /** A saved view. */
  show(where: Condition[], sort: Sort = this.rows.sort): void {
    this.#ask(where, sort);
  }

  sortBy(field: SearchField): void {
    this.#ask(this.rows.where, nextSort(this.rows.sort, field));
  }

  #ask(where: Condition[], sort: Sort): void {
    // Another filter is another set: a selection "all" would silently grow. Another order is not.
    if (where !== this.rows.where) this.picked = nothing;
    this.#toTop();
    this.rows.ask(where, sort);
    this.#recount.stop();
    this.queryChanged.emit({ where, sort });
    this.#emit();
  }

  showWaiting(): void {
    this.#toTop();
    this.rows.showWaiting();
  }

  moveTo(position: number): void {
    this.current = Math.max(0, Math.min(this.total - 1, position));
    this.#currentId = this.currentJob?.jobId;
    this.#emit();
  }

  get currentJob(): Job | undefined {
    return this.rows.slices?.at(this.current);
  }

  /** A click selects one row; with Ctrl it comes or goes; with Shift everything from the last one chosen. */
  async pick(position: number, how: 'one' | 'toggle' | 'range'): Promise<void> {
    this.current = position;
    const job = this.rows.slices?.at(position);
    this.#currentId = job?.jobId;
    if (how !== 'range') {
      if (job === undefined) return;
      this.#rangeFrom = position;
      this.picked = how === 'one' ? only([job]) : toggle(this.picked, job);
      return this.#emit();
    }
    const first = Math.min(this.#rangeFrom, position);
    const last = Math.max(this.#rangeFrom, position) + 1;
    if (last - first > longestRange) {
      return this.#fail(`${(last - first).toLocaleString()} rows were not selected one by one`, {
        message: `A range has at most ${longestRange.toLocaleString()} rows.`,
        next: 'Filter for what you mean and press Ctrl+A: that selects all of it.',
      });
    }
    try {
      this.picked = extend(this.picked, await this.rows.read(first, last));
      this.#emit();
    } catch (error) {
      this.#fail('The range was not selected', error);
    }
  }

  pickAll(): void {
    this.picked = everything;
    this.#emit();
  }

  pickNone(): void {
    this.picked = nothing;
    this.#emit();
  }

  /** Counts at this moment, asks, does, and says what came out. */
  async act(what: BulkAct): Promise<void> {
    if (this.pending !== undefined || this.pickedCount === 0) return;
    const picked = this.picked;
    const selection = toSelection(picked, this.rows.where);
    try {
      const question = ask(what, await this.#statesNow(picked), selection.jobIds?.length === 1 ? Number(selection.jobIds[0]) : undefined);
      if (question === undefined) {
        this.result = `None of the selected jobs can be ${participles[what]} in its state.`;
        return this.#emit();
      }
      if (!(await this.#confirm(question))) return;
      this.pending = what;
      this.#emit();
      this.result = outcome(await operate(this.#session, { ...selection, act: what }, this.#notice(this.#session)));
      this.trouble = undefined;
      if (what === 'delete') this.picked = nothing;
      this.#recount.ask();
    } catch (error) {
      this.#fail(`${verbs[what]}: the selected jobs were not changed, or only some of them`, error);
    } finally {
      this.pending = undefined;
      this.#emit();
    }
  }

  closeTrouble(): void {
    this.trouble = undefined;
    this.#emit();
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.stop();
    this.views.dispose();
    Signal.clearData(this);
  }

  async #statesNow(picked: Picked): Promise<StateCounts> {
    const { jobIds, where } = toSelection(picked, this.rows.where);
    if (jobIds !== undefined && jobIds.length > mostCountedIds) return statesOf(picked, this.matching);
    const conditions: Condition[] = where ?? [{ field: 'jobId', operator: 'in', values: (jobIds ?? []).map(Number) }];
    return toStates((await this.#session.call('countJobs', { body: { groupBy: 'status', where: conditions } })).counts);
  }

  async #count(): Promise<void> {
    try {
      const { where } = this.rows;
      const counted = await countFacets(this.#session, where);
      if (where !== this.rows.where) return;
      Object.assign(this, counted);
      this.#emit();
    } catch (error) {
      if (this.state.kind === 'live') this.#fail('The jobs could not be counted', error);
    }
  }

  #toTop(): void {
    this.current = this.#rangeFrom = 0;
    this.#currentId = undefined;
  }

  #keepCurrent(): void {
    if (this.#currentId === undefined || this.currentJob?.jobId === this.#currentId) return;
    const position = this.rows.slices?.positionOf(this.#currentId);
    if (position !== undefined) {
      this.#rangeFrom += position - this.current;
      this.current = position;
    } else if (this.currentJob !== undefined) this.#currentId = this.currentJob.jobId;
  }

  #fail(what: string, error: unknown): void {
    this.trouble = explain(what, error);
    this.#emit();
  }

  #emit(): void {
    this.changed.emit();
  }
}
