import type { Property, Scope } from '@diraclab/contract';

export type { Scope } from '@diraclab/contract';

/** Who calls: a person (or a program with a person's token), or a pilot. */
export interface Caller {
  readonly kind: 'user' | 'pilot';
  readonly owner: string;
  readonly ownerGroup: string;
  readonly vo: string;
  readonly properties: ReadonlySet<Property>;
  /** Only for pilots. */
  readonly pilotId?: number;
  /** Absent on the laptop. */
  readonly personId?: number;
  /** For the audit trail and the log. */
  readonly tokenId?: string;
  /** Only personal tokens are narrowed. */
  readonly scopes?: ReadonlySet<Scope>;
  /** Live connections end then. */
  readonly expiresMs?: number;
}

/** Finds the caller of a token; undefined when nobody is. */
export type FindCaller = (token: string) => Promise<Caller | undefined>;

/** Is it still the same one with the same rights? A live connection whose caller has others now must come anew. */
export function isSameCaller(a: Caller, b: Caller): boolean {
  const same = <T>(one: ReadonlySet<T> | undefined, other: ReadonlySet<T> | undefined): boolean =>
    one?.size === other?.size && [...(one ?? [])].every((item) => other?.has(item) === true);
  return (
    a.kind === b.kind && a.owner === b.owner && a.ownerGroup === b.ownerGroup && a.vo === b.vo && a.pilotId === b.pilotId &&
    same(a.properties, b.properties) && same(a.scopes, b.scopes)
  ); // prettier-ignore
}
