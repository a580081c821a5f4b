const firstMs = 50;
const longestMs = 2000;

/**
 * How long to wait after so many failures in a row: 50–100 ms, then doubling up to 1–2 s. `random` is in [0, 1): pilots that lost the same
 * server must not come back in step.
 */
export function backoffMs(failures: number, random: number): number {
  const most = Math.min(longestMs, 2 * firstMs * 2 ** Math.min(failures - 1, 10));
  return most / 2 + (most / 2) * random;
}
