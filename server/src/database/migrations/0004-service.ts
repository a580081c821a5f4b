import type { Migration } from './index.ts';

/** For several servers on one database: who does which periodic work until when, and a name that keeps this service apart from others on one Redis. */
export const service: Migration = {
  version: 4,
  name: 'service',
  statements: (kind) => {
    const int = kind === 'sqlite' ? 'integer' : 'bigint';
    const random = kind === 'sqlite' ? 'lower(hex(randomblob(8)))' : 'substr(md5(random()::text || clock_timestamp()::text), 1, 16)';
    return [
      `create table agent_leases (agent text primary key, holder text not null, until_ms ${int} not null)`,
      `create table service_name (only_row ${int} primary key check (only_row = 1), name text not null)`,
      `insert into service_name (only_row, name) values (1, ${random})`,
    ];
  },
};
