import type { Job, JobPage, JobQuery } from '@diraclab/contract';

export const sliceRows = 200;
/** Rows of a page that is only passed through, the contract's longest. */
const strideRows = 1000;
/** 1,600 rows of about 0.7 kB each: what is kept around the view, however long the list is. */
export const mostSlices = 8;

export type FetchPage = (query: JobQuery, signal: AbortSignal) => Promise<JobPage>;
type Listed = Pick<JobQuery, 'where' | 'sort'> & { sort: NonNullable<JobQuery['sort']> };

/**
 * The rows of a query by their position, though the server pages by key only. A known cursor is an anchor; a far position is reached from
 * the nearest anchor by pages that are passed through, from the list's end by the reversed order when that is nearer.
 */
export class Slices {
  readonly query: Listed;
  total: number;
  readonly #fetch: FetchPage;
  readonly #slices = new Map<number, Job[]>();
  /** Position after which a cursor goes on: from the first row, and from the last one backwards. */
  readonly #anchors = {
    down: new Map<number, string | undefined>([[0, undefined]]),
    up: new Map<number, string | undefined>([[0, undefined]]),
  };

  constructor(fetch: FetchPage, query: Listed, first: { jobs: readonly Job[]; total: number; next: string | null }) {
    this.#fetch = fetch;
    this.query = query;
    this.total = first.total;
    this.#slices.set(0, [...first.jobs]);
    if (first.next !== null) this.#anchors.down.set(first.jobs.length, first.next);
  }

  get size(): number {
    return this.#slices.size;
  }

  at(position: number): Job | undefined {
    return this.#slices.get(Math.floor(position / sliceRows))?.[position % sliceRows];
  }

  positionOf(jobId: number): number | undefined {
    for (const [index, jobs] of this.#slices) {
      const within = jobs.findIndex((job) => job.jobId === jobId);
      if (within >= 0) return index * sliceRows + within;
    }
    return undefined;
  }

  /** New states of rows that are here; their places stay. */
  patch(changed: readonly Job[]): void {
    const byId = new Map(changed.map((job) => [job.jobId, job]));
    for (const jobs of this.#slices.values()) {
      jobs.forEach((job, i) => {
        const now = byId.get(job.jobId);
        if (now !== undefined) jobs[i] = now;
      });
    }
  }

  missing(first: number, last: number): number[] {
    const wanted: number[] = [];
    for (let index = Math.floor(first / sliceRows); index * sliceRows < Math.min(last, this.total); index++) {
      if (!this.#slices.has(index)) wanted.push(index);
    }
    return wanted;
  }

  /** Brings the rows `[first, last)` here and forgets those farthest away. */
  async load(first: number, last: number, signal: AbortSignal): Promise<void> {
    for (const index of this.missing(first, last)) {
      const jobs = await this.#read(index, signal);
      signal.throwIfAborted();
      this.#slices.set(index, jobs);
      this.#forget(index);
    }
  }

  async #read(index: number, signal: AbortSignal): Promise<Job[]> {
    const start = index * sliceRows;
    const end = Math.min(this.total, start + sliceRows);
    const fromEnd = this.total - end;
    const before = (map: Map<number, unknown>, position: number) => Math.max(...[...map.keys()].filter((known) => known <= position));
    const down = start - before(this.#anchors.down, start);
    const up = fromEnd - before(this.#anchors.up, fromEnd);
    if (down <= up) return this.#walk('down', start, end - start, signal);
    return (await this.#walk('up', fromEnd, end - start, signal)).reverse();
  }

  async #walk(way: 'down' | 'up', from: number, count: number, signal: AbortSignal): Promise<Job[]> {
    const anchors = this.#anchors[way];
    const { sort } = this.query;
    const direction = (way === 'down') === (sort.direction === 'asc') ? 'asc' : 'desc';
    let place = Math.max(...[...anchors.keys()].filter((known) => known <= from));
    for (;;) {
      const limit = place < from ? Math.min(strideRows, from - place) : count;
      const after = anchors.get(place);
      const page = await this.#fetch(
        { ...this.query, sort: { field: sort.field, direction }, limit, ...(after === undefined ? {} : { after }) },
        signal,
      );
      const arrived = place === from;
      place += page.jobs.length;
      if (page.next !== null) anchors.set(place, page.next);
      // The list may have become shorter meanwhile: then there is nothing so far down.
      if (arrived || page.next === null) return arrived ? page.jobs : [];
    }
  }

  #forget(near: number): void {
    // The first slice stays: the live view keeps it true.
    const far = [...this.#slices.keys()].filter((index) => index !== 0).sort((a, b) => Math.abs(b - near) - Math.abs(a - near));
    while (this.#slices.size > mostSlices) this.#slices.delete(far.shift() ?? 0);
  }
}
