import type { DatabaseKind, Migration } from './index.ts';

/**
 * Jobs, their queues, pilots and sandboxes.
 *
 * - `jobs_queue` is partial: a claim reads its first entry, and finished jobs do not weigh on it.
 * - `job_log` and `attempts` are keyed by job first (clustered in SQLite), so that one job's history lies together.
 * - Counts by state and by group are kept in tables, because counting 10 million rows takes seconds and reading a few takes none.
 */
export const firstTables: Migration = {
  version: 1,
  name: 'jobs',
  statements: (kind) => {
    const t = types(kind);
    return [
      `create table descriptions (description_id ${t.id}, body text not null)${t.strict}`,
      `create table description_files (
        description_id ${t.int} not null references descriptions, digest text not null, primary key (description_id, digest))${t.clustered}`,
      `create index description_files_digest on description_files (digest)`,
      `create table task_queues (
        task_queue_id ${t.id}, vo text not null, owner_group text not null, owner text not null, requirements text not null,
        waiting ${t.int} not null default 0, unique (vo, owner_group, owner, requirements))${t.strict}`,
      `create table pilots (
        pilot_id ${t.id}, pilot_stamp text not null unique, token_hash text not null unique, site text not null, computing_element text not null,
        host text not null, vo text not null, status text not null, slots ${t.int} not null, pid ${t.int} not null, version text not null,
        submission_ms ${t.int} not null, last_update_ms ${t.int} not null)${t.strict}`,
      `create table jobs (
        job_id ${t.id}, description_id ${t.int} not null references descriptions, parameters text, parameter_index ${t.int} not null,
        job_name text not null, job_group text not null, job_type text not null, owner text not null, owner_group text not null, vo text not null,
        site text not null, status text not null, minor_status text not null, application_status text not null, priority ${t.int} not null,
        cpu_time_s ${t.int} not null, submission_ms ${t.int} not null, last_update_ms ${t.int} not null, start_exec_ms ${t.int}, end_exec_ms ${t.int},
        heart_beat_ms ${t.int}, reschedule_counter ${t.int} not null, attempt ${t.int} not null, pilot_id ${t.int} references pilots,
        report_sequence ${t.int} not null, log_length ${t.int} not null, task_queue_id ${t.int} not null references task_queues, queued ${t.int} not null,
        kill_requested_ms ${t.int}, end_reason text, exit_code ${t.int}, cpu_time_used_s ${t.real}, wall_time_used_s ${t.real}, max_rss_mb ${t.real}
      )${t.strict}`,
      `create index jobs_queue on jobs (task_queue_id, priority desc, job_id) where queued = 1`,
      `create index jobs_owner on jobs (vo, owner_group, owner, job_id)`,
      `create index jobs_status on jobs (status, job_id)`,
      `create index jobs_group on jobs (job_group, job_id)`,
      `create index jobs_pilot on jobs (pilot_id) where pilot_id is not null`,
      `create table attempts (
        job_id ${t.int} not null references jobs, attempt ${t.int} not null, pilot_id ${t.int} not null, site text not null, host text not null,
        matched_ms ${t.int} not null, end_ms ${t.int}, outcome text, primary key (job_id, attempt))${t.clustered}`,
      `create table job_log (
        job_id ${t.int} not null references jobs, sequence ${t.int} not null, attempt ${t.int} not null, status text not null, minor_status text not null,
        application_status text not null, time_ms ${t.int} not null, source text not null, primary key (job_id, sequence))${t.clustered}`,
      `create table job_outputs (
        job_id ${t.int} not null references jobs, path text not null, digest text not null, size_bytes ${t.int} not null, executable ${t.int} not null,
        primary key (job_id, path))${t.clustered}`,
      `create index job_outputs_digest on job_outputs (digest)`,
      `create table stale_reports (
        job_id ${t.int} not null, attempt ${t.int} not null, pilot_id ${t.int} not null, received_ms ${t.int} not null, body text not null)${t.strict}`,
      `create index stale_reports_job on stale_reports (job_id)`,
      `create table matching_state (only_row ${t.int} primary key check (only_row = 1), version ${t.int} not null)${t.strict}`,
      `insert into matching_state (only_row, version) values (1, 0)`,
      `create table sandbox_files (digest text primary key, size_bytes ${t.int} not null, stored_ms ${t.int} not null)${t.clustered}`,
      `create table status_counts (
        vo text not null, owner_group text not null, owner text not null, status text not null, n ${t.int} not null,
        primary key (vo, owner_group, owner, status))${t.clustered}`,
      `create table group_counts (
        vo text not null, owner_group text not null, owner text not null, job_group text not null, status text not null, n ${t.int} not null,
        primary key (vo, owner_group, owner, job_group, status))${t.clustered}`,
      `create table job_groups (
        vo text not null, owner_group text not null, owner text not null, job_group text not null, first_job_id ${t.int} not null,
        last_update_ms ${t.int} not null, primary key (vo, owner_group, owner, job_group))${t.clustered}`,
      `create index job_groups_newest on job_groups (vo, owner_group, owner, last_update_ms)`,
      `create table idempotency_keys (
        vo text not null, owner_group text not null, owner text not null, idempotency_key text not null, request_hash text not null,
        answer text not null, created_ms ${t.int} not null, primary key (vo, owner_group, owner, idempotency_key))${t.clustered}`,
    ];
  },
};

function types(kind: DatabaseKind) {
  return kind === 'sqlite'
    ? { id: 'integer primary key autoincrement', int: 'integer', real: 'real', strict: ' strict', clustered: ' strict, without rowid' }
    : { id: 'bigint generated by default as identity primary key', int: 'bigint', real: 'double precision', strict: '', clustered: '' };
}
