import type { Migration } from './index.ts';

/**
 * Policies, and what they are checked against.
 *
 * - `refilled_version`: which queues another server made worth looking at since a version; reading all of them at each change would cost
 *   with their number.
 * - `running_counts` counts what a running limit counts, by all that a limit may name, so that a limit of any form is a sum over few rows
 *   and a new one needs no recount.
 * - `matching_delays` holds the moment from which the next match would be in time, one number a limit (a token bucket).
 * - `share_usage` is added to every few seconds by each server, in buckets, so that any time span can be looked back.
 */
export const matching: Migration = {
  version: 10,
  name: 'matching',
  statements: (kind) => {
    const int = kind === 'sqlite' ? 'integer' : 'bigint';
    const real = kind === 'sqlite' ? 'real' : 'double precision';
    const clustered = kind === 'sqlite' ? ' strict, without rowid' : '';
    return [
      `alter table task_queues add column refilled_version ${int} not null default 0`,
      `create index task_queues_refilled on task_queues (refilled_version)`,
      `alter table matching_state add column policy_version ${int} not null default 0`,
      `create table matching_policies (
        scope text not null, version ${int} not null, body text not null, author text not null, saved_ms ${int} not null,
        primary key (scope, version))${clustered}`,
      `create table running_counts (
        site text not null, vo text not null, owner_group text not null, owner text not null, job_type text not null, n ${int} not null,
        primary key (site, vo, owner_group, owner, job_type))${clustered}`,
      `insert into running_counts (site, vo, owner_group, owner, job_type, n)
        select site, vo, owner_group, owner, job_type, count(*) from jobs where status in ('Matched', 'Running', 'Stalled', 'Completing')
        group by site, vo, owner_group, owner, job_type`,
      `create table matching_delays (site text not null, jobs text not null, due_ms ${int} not null, primary key (site, jobs))${clustered}`,
      `create table share_usage (
        vo text not null, owner_group text not null, bucket_ms ${int} not null, jobs ${int} not null, cpu_time_s ${real} not null,
        primary key (vo, owner_group, bucket_ms))${clustered}`,
      `create index share_usage_bucket on share_usage (bucket_ms)`,
    ];
  },
};
