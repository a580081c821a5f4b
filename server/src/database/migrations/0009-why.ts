import type { Migration } from './index.ts';

/**
 * For *why*. What kinds of resources there are outlives the pilots that told it, the server that heard it, and is seen by every server.
 * The index finds who started lately without reading all attempts; it grows at its right end, one entry a match.
 */
export const why: Migration = {
  version: 9,
  name: 'why',
  statements: (kind) => {
    const int = kind === 'sqlite' ? 'integer' : 'bigint';
    return [
      `create table offer_signatures (
        signature text primary key, computing_element text not null, offer text not null, whole ${int} not null,
        last_seen_ms ${int} not null)${kind === 'sqlite' ? ' strict, without rowid' : ''}`,
      `create index attempts_matched on attempts (matched_ms)`,
    ];
  },
};
