import type { Property } from '@diraclab/contract';

/** Who calls: a person (or a program with a person's token), or a pilot. */
export interface Caller {
  readonly kind: 'user' | 'pilot';
  readonly owner: string;
  readonly ownerGroup: string;
  readonly vo: string;
  readonly properties: ReadonlySet<Property>;
  /** Only for pilots. */
  readonly pilotId?: number;
}

/** Finds the caller of a token; undefined when nobody is. */
export type FindCaller = (token: string) => Promise<Caller | undefined>;

/** Policies are named predicates, so that a door reads as a sentence: `may: isUser`. */
export const isUser = (caller: Caller): boolean => caller.kind === 'user' && caller.properties.has('NormalUser');
export const isPilot = (caller: Caller): boolean => caller.kind === 'pilot' && caller.properties.has('GenericPilot');
export const isUserOrPilot = (caller: Caller): boolean => isUser(caller) || isPilot(caller);
