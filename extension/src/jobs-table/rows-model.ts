import type { Condition, Job, JobQuery } from '@diraclab/contract';
import type { IDisposable } from '@lumino/disposable';
import { merge } from '../jobs/view';
import type { FrameOf, IDiracSession, Refusal, WatchSpec } from '../tokens';
import { RowsInView } from './rows-in-view';
import { Slices, sliceRows } from './slices';
import { defaultSort, type Sort } from './sort';

type ViewFrame = FrameOf<Extract<WatchSpec, { kind: 'view' }>>;

/** Scrolling has come to rest. */
const restMs = 80;

interface Hears {
  changed(): void;
  /** Rows came or went, or changed their state. */
  moved(rows: readonly Job[]): void;
  failed(what: string, error: unknown): void;
}

/**
 * The list of a table: the first slice by a live view, the others by pages when one scrolls there, the rows in view by their numbers. Rows
 * that come while one reads further down wait (`waiting`) and push nothing.
 */
export class RowsModel {
  where: Condition[];
  sort: Sort;
  slices: Slices | undefined;
  /** How many there are by now, when that is not what the list shows. */
  waiting: number | undefined;
  /** The filter or the order was changed and no row has come yet; the old rows are still here. */
  loading = true;
  refused: Refusal | undefined;
  /** Rows that one can see: `[first, last)`. */
  seen: [number, number] = [0, 0];
  readonly #session: IDiracSession;
  readonly #hears: Hears;
  #first = new Map<number, Job>();
  #next: string | null = null;
  #approximate = false;
  /** Rows in the page, some more than can be seen. */
  #inView: [number, number] = [0, 0];
  #view: IDisposable | undefined;
  readonly #rowsInView: RowsInView;
  #resting: ReturnType<typeof setTimeout> | undefined;
  #loads: AbortController | undefined;

  constructor(session: IDiracSession, query: JobQuery, hears: Hears) {
    this.#session = session;
    this.#hears = hears;
    this.#rowsInView = new RowsInView(session, (changed) => {
      this.slices?.patch(changed);
      hears.moved(changed);
      hears.changed();
    });
    this.where = query.where ?? [];
    this.sort = query.sort ?? defaultSort;
  }

  get total(): number {
    return this.slices?.total ?? 0;
  }

  get approximate(): boolean {
    return this.slices?.approximate ?? false;
  }

  get started(): boolean {
    return this.#view !== undefined;
  }

  start(): void {
    if (this.#view !== undefined) return;
    const query = { where: this.where, sort: this.sort, limit: sliceRows };
    this.#first = new Map();
    this.refused = undefined;
    this.#view = this.#session.live.watch(
      { kind: 'view', query },
      (frame) => this.#learn(frame),
      (refusal) => {
        this.refused = refusal;
        this.loading = false;
        this.#hears.changed();
      },
    );
    this.#rowsInView.watch(this.slices, ...this.#inView);
  }

  stop(): void {
    this.#view?.dispose();
    this.#rowsInView.stop();
    this.#view = undefined;
    this.#loads?.abort();
    clearTimeout(this.#resting);
  }

  ask(where: Condition[], sort: Sort): void {
    const wasOn = this.started;
    this.stop();
    Object.assign(this, { where, sort, loading: true, waiting: undefined });
    if (wasOn) this.start();
  }

  /** The view has scrolled; rows that are not here are fetched when it rests. */
  show(first: number, last: number, seen: [number, number]): void {
    if (this.seen[0] !== seen[0] || this.seen[1] !== seen[1]) {
      this.seen = seen;
      this.#hears.changed();
    }
    if (this.#inView[0] === first && this.#inView[1] === last) return;
    this.#inView = [first, last];
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#settle(), restMs);
  }

  /** What came meanwhile takes its place, and the list begins anew. */
  showWaiting(): void {
    this.#take([...this.#first.values()], this.waiting ?? this.total);
  }

  /** Rows by position, fetched when they are not here: for a range that is selected. */
  async read(first: number, last: number): Promise<Job[]> {
    const { slices } = this;
    const rows: Job[] = [];
    for (let from = first; slices !== undefined && from < last; from += sliceRows) {
      const to = Math.min(last, from + sliceRows);
      await slices.load(from, to, new AbortController().signal);
      for (let i = from; i < to; i++) {
        const job = slices.at(i);
        if (job !== undefined) rows.push(job);
      }
    }
    return rows;
  }

  #learn(frame: ViewFrame): void {
    this.#first = merge(this.#first, frame);
    this.#next = frame.next;
    this.#approximate = frame.approximate ?? false;
    const rows = [...this.#first.values()];
    // Against what is shown, not against the last frame: after a pause the first frame brings everything again.
    const sameRows =
      !this.loading && frame.total === this.slices?.total && rows.every(({ jobId }, i) => this.slices?.at(i)?.jobId === jobId);
    if (!sameRows && (this.loading || this.slices === undefined || this.#inView[0] === 0)) this.#take(rows, frame.total);
    else {
      this.slices?.patch(frame.jobs);
      this.waiting = sameRows ? undefined : frame.total;
    }
    if (!sameRows || frame.jobs.length > 0) this.#hears.moved(frame.jobs);
    this.#hears.changed();
  }

  #take(jobs: Job[], total: number): void {
    this.#loads?.abort();
    this.loading = false;
    this.waiting = undefined;
    this.slices = new Slices((query, signal) => this.#session.call('searchJobs', { body: query }, { signal }), { where: this.where, sort: this.sort }, { jobs, total, approximate: this.#approximate, next: this.#next }); // prettier-ignore
    this.#settle();
    this.#hears.changed();
  }

  #settle(): void {
    if (!this.started || this.slices === undefined) return;
    const [first, last] = this.#inView;
    if (this.slices.missing(first, last).length > 0) void this.#load(first, last);
    this.#rowsInView.watch(this.slices, ...this.#inView);
  }

  async #load(first: number, last: number): Promise<void> {
    this.#loads?.abort();
    const loads = (this.#loads = new AbortController());
    try {
      await this.slices?.load(first, last, loads.signal);
      this.#rowsInView.watch(this.slices, ...this.#inView);
      this.#hears.changed();
    } catch (error) {
      if (!loads.signal.aborted) this.#hears.failed(`Rows ${first + 1} to ${last} could not be read`, error);
    }
  }
}
