/**
 * Since when a server has listened without a gap, by the times of an agent's passes: nobody could be heard before, so that silence counts
 * only from then on. After a longer gap than `awayAfterMs` the server was away: stopped, asleep with its laptop, or without its database.
 */
export function createListening(awayAfterMs: number): { since(nowMs: number): number; passed(nowMs: number): void } {
  let sinceMs: number | undefined;
  let lastPassMs = 0;
  return {
    since(nowMs) {
      if (sinceMs === undefined || Math.abs(nowMs - lastPassMs) > awayAfterMs) sinceMs = nowMs;
      return sinceMs;
    },
    passed(nowMs) {
      lastPassMs = nowMs;
    },
  };
}
