import type { Migration } from './index.ts';

/** Proxies, sealed; and whose the names in certificates are, which outlives the proxies. */
export const credentials: Migration = {
  version: 11,
  name: 'credentials',
  statements: (kind) => {
    const int = kind === 'sqlite' ? 'integer' : 'bigint';
    const clustered = kind === 'sqlite' ? ' strict, without rowid' : '';
    return [
      `create table proxies (
        vo text not null, owner_group text not null, owner text not null, sealed text not null, subject text not null, issuer text not null,
        not_after_ms ${int} not null, fqans text not null, upload_ms ${int} not null, primary key (vo, owner_group, owner))${clustered}`,
      `create table proxy_identities (identity text primary key, owner text not null, bound_ms ${int} not null)${clustered}`,
    ];
  },
};
