import { ContractError } from '@diraclab/contract';

/** Askers remembered at once; who has been quiet longest is forgotten first, and starts anew. */
const mostKeys = 20_000;

export interface RateLimit {
  /** Counts, and throws TooManyRequests when this asker had its share. An asker without an address (a socket of this machine) has no limit. */
  take(key: string | undefined, nowMs?: number): void;
  /** Throws likewise, and counts nothing. */
  check(key: string | undefined, nowMs?: number): void;
}

interface Bucket {
  left: number;
  atMs: number;
}

/** So many at once, and after that so many a minute. In this server's memory: n servers let n times as much pass. */
export function createRateLimit(what: string, perMinute: number): RateLimit {
  const buckets = new Map<string, Bucket>();
  const refilled = (key: string, nowMs: number): number => {
    const bucket = buckets.get(key);
    return bucket === undefined ? perMinute : Math.min(perMinute, bucket.left + ((nowMs - bucket.atMs) * perMinute) / 60_000);
  };
  const check = (key: string | undefined, nowMs = performance.now()): void => {
    const left = key === undefined ? perMinute : refilled(key, nowMs);
    if (left < 1) throw tooMany(what, Math.ceil(((1 - left) * 60) / perMinute));
  };
  return {
    check,
    take(key, nowMs = performance.now()) {
      check(key, nowMs);
      if (key === undefined) return;
      const left = refilled(key, nowMs) - 1;
      // Put to the end of the map, which is in order of use.
      buckets.delete(key);
      if (buckets.size >= mostKeys) buckets.delete(buckets.keys().next().value ?? key);
      buckets.set(key, { left, atMs: nowMs });
    },
  };
}

const tooMany = (what: string, retryAfterS: number): ContractError =>
  new ContractError('TooManyRequests', `Too many ${what} from here.`, {
    next: `Try again in ${retryAfterS} s.`,
    ids: { retryAfterS },
  });
