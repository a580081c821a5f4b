import type { Condition, JobCount } from '@diraclab/contract';
import type { IDiracSession } from '../tokens';
import type { StateCounts } from '../ui/states';

export const facetFields = ['status', 'site', 'jobGroup'] as const;
export type FacetField = (typeof facetFields)[number];
export type FacetCounts = Record<FacetField, JobCount[]>;

export const noFacets: FacetCounts = { status: [], site: [], jobGroup: [] };

/** While jobs run, counts are asked for at most this often; while nothing changes, never. */
export const recountMs = 3000;

export interface Counted {
  facets: FacetCounts;
  /** Facets whose counts are reckoned from a sample. */
  sampled: ReadonlySet<FacetField>;
  /** States of what the whole filter holds for, for the acts on a selection. */
  matching: StateCounts;
}

/** A facet counts what all other conditions hold for, so that it shows the choices there are, not only the one made. */
export async function countFacets(session: IDiracSession, where: readonly Condition[]): Promise<Counted> {
  const sampled = new Set<FacetField>();
  const count = async (groupBy: FacetField, conditions: readonly Condition[]) => {
    const { counts, approximate } = await session.call('countJobs', { body: { groupBy, where: [...conditions] } });
    if (approximate) sampled.add(groupBy);
    return counts;
  };
  const others = (field: FacetField) => where.filter((condition) => condition.field !== field);
  const matchingNeeded = others('status').length !== where.length;
  const [status, site, jobGroup, matching] = await Promise.all([
    ...facetFields.map((field) => count(field, others(field))),
    matchingNeeded ? count('status', where) : undefined,
  ]);
  return {
    facets: { status: status ?? [], site: site ?? [], jobGroup: jobGroup ?? [] },
    sampled,
    matching: toStates(matching ?? status ?? []),
  };
}

export const toStates = (counts: readonly JobCount[]): StateCounts => Object.fromEntries(counts.map(({ value, count }) => [value, count]));

/** Does a job now, does what came meanwhile once more when it is over and `pauseMs` have passed; never two at a time. */
export class Recount {
  readonly #does: () => Promise<void>;
  readonly #pauseMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again = false;

  constructor(does: () => Promise<void>, pauseMs = recountMs) {
    this.#does = does;
    this.#pauseMs = pauseMs;
  }

  ask(): void {
    if (this.#timer !== undefined) {
      this.#again = true;
      return;
    }
    this.#again = false;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#again) this.ask();
    }, this.#pauseMs);
    void this.#does();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#again = false;
  }
}
