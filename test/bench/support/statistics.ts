export interface Spread {
  median: number;
  min: number;
  max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('There is no median of nothing.');
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const half = sorted.length / 2;
  return { median: (at(Math.floor(half)) + at(Math.ceil(half) - 1)) / 2, min: at(0), max: at(sorted.length - 1) };
}

export const medianOf = (values: readonly number[]): number => spreadOf(values).median;
