import { longestLeap, type Job, type JobPage, type JobQuery } from '@diraclab/contract';

export const sliceRows = 200;
/** 1,600 rows of about 0.7 kB each: what is kept around the view, however long the list is. */
export const mostSlices = 8;

export type FetchPage = (query: JobQuery, signal: AbortSignal) => Promise<JobPage>;
type Listed = Pick<JobQuery, 'where' | 'sort'> & { sort: NonNullable<JobQuery['sort']> };

interface First {
  jobs: readonly Job[];
  total: number;
  approximate?: boolean | undefined;
  next: string | null;
}

/**
 * The rows of a query by their position, though the server pages by key. A known cursor is an anchor; a far position is reached by leaps from
 * the nearest anchor, from the list's end by the reversed order when that is nearer and the end is known.
 */
export class Slices {
  readonly query: Listed;
  total: number;
  /** `total` is reckoned from a sample until the end has been seen. */
  approximate: boolean;
  readonly #fetch: FetchPage;
  readonly #slices = new Map<number, Job[]>();
  /** Position after which a cursor goes on: from the first row, and from the last one backwards. */
  readonly #anchors = {
    down: new Map<number, string | undefined>([[0, undefined]]),
    up: new Map<number, string | undefined>([[0, undefined]]),
  };

  constructor(fetch: FetchPage, query: Listed, first: First) {
    this.#fetch = fetch;
    this.query = query;
    this.total = first.total;
    this.approximate = first.approximate ?? false;
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
    if (down <= up || this.approximate) return this.#walk('down', start, end - start, signal);
    return (await this.#walk('up', fromEnd, end - start, signal)).reverse();
  }

  async #walk(way: 'down' | 'up', from: number, count: number, signal: AbortSignal): Promise<Job[]> {
    const anchors = this.#anchors[way];
    const { sort } = this.query;
    const direction = (way === 'down') === (sort.direction === 'asc') ? 'asc' : 'desc';
    let place = Math.max(...[...anchors.keys()].filter((known) => known <= from));
    for (;;) {
      const arrives = from - place <= longestLeap;
      const offset = arrives ? from - place : longestLeap - 1;
      const after = anchors.get(place);
      const page = await this.#fetch(
        {
          ...this.query,
          sort: { field: sort.field, direction },
          limit: arrives ? count : 1,
          ...(after === undefined ? {} : { after }),
          ...(offset === 0 ? {} : { offset }),
        },
        signal,
      );
      place += offset + page.jobs.length;
      if (page.next !== null) anchors.set(place, page.next);
      if (page.next === null && this.approximate && page.jobs.length > 0) Object.assign(this, { total: place, approximate: false });
      // The list may have become shorter meanwhile: then there is nothing so far down.
      if (arrives || page.next === null) return arrives ? page.jobs : [];
    }
  }

  #forget(near: number): void {
    // The first slice stays: the live view keeps it true.
    const far = [...this.#slices.keys()].filter((index) => index !== 0).sort((a, b) => Math.abs(b - near) - Math.abs(a - near));
    while (this.#slices.size > mostSlices) this.#slices.delete(far.shift() ?? 0);
  }
}
