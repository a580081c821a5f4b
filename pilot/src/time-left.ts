/**
 * CPU seconds a job of one processor may still use here. One slot is one processor and processors are taken as equal (factor 1),
 * so it is the time by the clock until the pilot ends.
 */
export function timeLeftS(lifetimeS: number, elapsedMs: number): number {
  return Math.max(0, Math.floor(lifetimeS - elapsedMs / 1000));
}
