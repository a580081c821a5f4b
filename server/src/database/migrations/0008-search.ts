import type { DatabaseKind, Migration } from './index.ts';

/**
 * For searches: an index for each way in which lists are filtered or ordered (test/bench/search.ts has them with their times), each ending
 * with the job's number, so that a page is read where it lies. Texts of jobs are compared byte by byte, as SQLite does: in the language
 * that a PostgreSQL happens to have, the order would be another and these indexes of no use for it.
 */
export const search: Migration = {
  version: 8,
  name: 'search',
  statements: (kind) => [
    ...(kind === 'postgres'
      ? [`alter table jobs ${texts.map((column) => `alter column ${column} type text collate "C"`).join(', ')}`]
      : []),
    `drop index jobs_status`,
    `create index jobs_status on jobs (status, vo, job_id)`,
    `drop index jobs_group`,
    `create index jobs_group on jobs (job_group, status, job_id)`,
    `create index jobs_site on jobs (vo, site, status, job_id)`,
    `create index jobs_minor on jobs (vo, minor_status, job_id)`,
    `create index jobs_name on jobs (vo, job_name, job_id)`,
    `create index jobs_submission on jobs (vo, submission_ms, job_id)`,
    `create index jobs_ended on jobs (vo, (coalesce(end_exec_ms, 0)), job_id)`,
    // A laptop has one owner; jobs_status serves there.
    ...(kind === 'postgres' ? [`create index jobs_owner_status on jobs (vo, owner_group, owner, status, job_id)`] : []),
    ...siteCounts(kind),
    ...views(kind),
    `create index group_counts_group on group_counts (vo, job_group)`,
  ],
};

const texts = [
  'job_name', 'job_group', 'job_type', 'owner', 'owner_group', 'vo', 'site', 'status', 'minor_status', 'application_status', 'end_reason',
  'end_user',
]; // prettier-ignore

function siteCounts(kind: DatabaseKind): string[] {
  const { int, clustered } = typesOf(kind);
  return [
    `create table site_counts (
      vo text not null, owner_group text not null, owner text not null, site text not null, status text not null, n ${int} not null,
      primary key (vo, owner_group, owner, site, status))${clustered}`,
    `insert into site_counts (vo, owner_group, owner, site, status, n)
      select vo, owner_group, owner, site, status, count(*) from jobs group by vo, owner_group, owner, site, status`,
  ];
}

function views(kind: DatabaseKind): string[] {
  const { int, clustered } = typesOf(kind);
  return [
    `create table views (
      vo text not null, owner_group text not null, owner text not null, name text not null, body text not null, shared ${int} not null,
      saved_ms ${int} not null, primary key (vo, owner_group, owner, name))${clustered}`,
  ];
}

const typesOf = (kind: DatabaseKind) =>
  kind === 'sqlite' ? { int: 'integer', clustered: ' strict, without rowid' } : { int: 'bigint', clustered: '' };
