import type { ParameterValue } from './types';

/** `range(1, 4)` is `[1, 2, 3, 4]`: both ends belong to it. A negative step counts down. */
export function range(first: number, last: number, step = 1): number[] {
  if (![first, last, step].every(Number.isFinite) || step === 0) {
    throw new RangeError(`range(${first}, ${last}, ${step}): the ends must be numbers and the step not 0`);
  }
  // Counting steps, not adding them up: range(0, 1, 0.1) has 11 values and ends at 1. The 1e-9 forgives binary fractions.
  const count = Math.floor((last - first) / step + 1e-9) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => Number((first + index * step).toPrecision(15)));
}

/** Every combination of the values; the last name changes fastest. `sweep({ a: [1, 2], b: ['x'] })` is `[{a: 1, b: 'x'}, {a: 2, b: 'x'}]`. */
export function sweep<const S extends Record<string, readonly ParameterValue[]>>(values: S): { -readonly [K in keyof S]: S[K][number] }[] {
  let rows: Record<string, ParameterValue>[] = [{}];
  for (const [name, column] of Object.entries(values)) {
    rows = rows.flatMap((row) => column.map((value) => ({ ...row, [name]: value })));
  }
  return rows as { -readonly [K in keyof S]: S[K][number] }[];
}
