/** `2026-11-22T10:00:00.000Z` as DIRAC prints it: `2026-11-22 10:00:00`, UTC. */
export function diracTime(instant: string): string {
  return instant.slice(0, 19).replace('T', ' ');
}

/** Midnight UTC so many days ago: DIRAC counts dates, not hours. */
export function midnightBefore(now: Date, days: number): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() - days)).toISOString();
}
