/** Named, so that PostgreSQL plans each once a connection. Values that are equal in all rows are sent once, not a thousand times. */
export const bulkStatements = {
  queue: {
    name: 'raw_queue',
    text: `insert into task_queues (vo, owner_group, owner, requirements, waiting) values ($1, $2, $3, $4, 0)
      on conflict (vo, owner_group, owner, requirements) do update set waiting = task_queues.waiting returning task_queue_id`,
  },
  describe: { name: 'raw_describe', text: 'insert into descriptions (body) values ($1) returning description_id' },
  reserve: { name: 'raw_reserve', text: `select nextval(pg_get_serial_sequence('jobs', 'job_id')) as id from generate_series(1, $1::int)` },
  jobs: {
    name: 'raw_jobs',
    text: `insert into jobs (job_id, description_id, parameters, parameter_index, job_name, job_group, job_type, owner, owner_group, vo, site, status,
        minor_status, application_status, priority, cpu_time_s, submission_ms, last_update_ms, reschedule_counter, attempt, report_sequence,
        log_length, task_queue_id, queued)
      select u.job_id, $4, u.parameters, u.parameter_index, $5, $6, 'User', $9, $8, $7, 'ANY', 'Waiting', 'Pilot Agent Submission', 'Unknown', 1, $10,
        $11, $11, 0, 0, 0, 2, $12, 1
      from unnest($1::bigint[], $2::text[], $3::bigint[]) as u(job_id, parameters, parameter_index)`,
  },
  log: {
    name: 'raw_log',
    text: `insert into job_log (job_id, sequence, attempt, status, minor_status, application_status, time_ms, source)
      select u.job_id, l.sequence, 0, l.status, l.minor_status, 'Unknown', $2, 'JobManager' from unnest($1::bigint[]) as u(job_id)
      cross join (values (1, 'Received', 'Job accepted'), (2, 'Waiting', 'Pilot Agent Submission')) as l(sequence, status, minor_status)`,
  },
  countStatus: {
    name: 'raw_count_status',
    text: `insert into status_counts (vo, owner_group, owner, status, n) values ($1, $2, $3, 'Waiting', $4)
      on conflict (vo, owner_group, owner, status) do update set n = status_counts.n + excluded.n`,
  },
  countGroup: {
    name: 'raw_count_group',
    text: `insert into group_counts (vo, owner_group, owner, job_group, status, n) values ($1, $2, $3, $4, 'Waiting', $5)
      on conflict (vo, owner_group, owner, job_group, status) do update set n = group_counts.n + excluded.n`,
  },
  group: {
    name: 'raw_group',
    text: `insert into job_groups (vo, owner_group, owner, job_group, first_job_id, last_update_ms) values ($1, $2, $3, $4, $5, $6)
      on conflict (vo, owner_group, owner, job_group) do update set last_update_ms = excluded.last_update_ms`,
  },
  wait: { name: 'raw_wait', text: 'update task_queues set waiting = waiting + $2 where task_queue_id = $1' },
  version: { name: 'raw_version', text: 'update matching_state set version = version + 1' },
};

/** $1 body, $2 job name, $3 group, $4-$6 owner, $7 CPU time, $8 now, $9 queue. One statement, so one round trip and one commit. */
const oneJob = `d as (insert into descriptions (body) values ($1) returning description_id),
  j as (insert into jobs (description_id, parameter_index, job_name, job_group, job_type, owner, owner_group, vo, site, status, minor_status,
      application_status, priority, cpu_time_s, submission_ms, last_update_ms, reschedule_counter, attempt, report_sequence, log_length,
      task_queue_id, queued)
    select description_id, 0, $2, $3, 'User', $6, $5, $4, 'ANY', 'Waiting', 'Pilot Agent Submission', 'Unknown', 1, $7::bigint, $8::bigint, $8::bigint, 0, 0,
      0, 2, $9::bigint, 1 from d returning job_id),
  l as (insert into job_log (job_id, sequence, attempt, status, minor_status, application_status, time_ms, source)
    select j.job_id, l.sequence, 0, l.status, l.minor_status, 'Unknown', $8::bigint, 'JobManager' from j
    cross join (values (1, 'Received', 'Job accepted'), (2, 'Waiting', 'Pilot Agent Submission')) as l(sequence, status, minor_status))`;

export const submitOneRows = { name: 'raw_one', text: `with ${oneJob} select job_id from j` };

export const submitOneCounted = {
  name: 'raw_one_counted',
  text: `with ${oneJob},
    s as (insert into status_counts (vo, owner_group, owner, status, n) values ($4, $5, $6, 'Waiting', 1)
      on conflict (vo, owner_group, owner, status) do update set n = status_counts.n + excluded.n),
    g as (insert into group_counts (vo, owner_group, owner, job_group, status, n) values ($4, $5, $6, $3, 'Waiting', 1)
      on conflict (vo, owner_group, owner, job_group, status) do update set n = group_counts.n + excluded.n),
    o as (insert into job_groups (vo, owner_group, owner, job_group, first_job_id, last_update_ms) select $4, $5, $6, $3, job_id, $8::bigint from j
      on conflict (vo, owner_group, owner, job_group) do update set last_update_ms = excluded.last_update_ms),
    w as (update task_queues set waiting = waiting + 1 where task_queue_id = $9::bigint)
    select job_id from j`,
};

/** $1 VO, $2 pilot, $3 site, $4 now. Locks at most one row; what another holds is passed over. */
const claim = `t as materialized (select task_queue_id from task_queues where vo = $1 and waiting > 0 order by random() limit 4),
  c as (select x.job_id from t cross join lateral (select j.job_id from jobs j where j.task_queue_id = t.task_queue_id and j.queued = 1
    order by j.priority desc, j.job_id limit 1 for update skip locked) x limit 1),
  u as (update jobs j set queued = 0, status = 'Matched', minor_status = 'Assigned', attempt = j.attempt + 1, report_sequence = 0,
      log_length = j.log_length + 1, pilot_id = $2, site = $3, heart_beat_ms = $4::bigint, last_update_ms = $4::bigint
    from c where j.job_id = c.job_id returning j.*)`;
const claimed = 'select u.job_id, u.parameters, d.body from u join descriptions d on d.description_id = u.description_id';

export const claimOnly = { name: 'raw_claim', text: `with ${claim} ${claimed}` };

export const claimWithBooks = {
  name: 'raw_claim_kept',
  text: `with ${claim},
    l as (insert into job_log (job_id, sequence, attempt, status, minor_status, application_status, time_ms, source)
      select job_id, log_length, attempt, 'Matched', 'Assigned', 'Unknown', $4::bigint, 'Matcher' from u),
    a as (insert into attempts (job_id, attempt, pilot_id, site, host, matched_ms) select job_id, attempt, $2, $3, 'wn1', $4::bigint from u),
    s as (insert into status_counts (vo, owner_group, owner, status, n) select u.vo, u.owner_group, u.owner, v.status, v.n from u
      cross join (values ('Matched', 1), ('Waiting', -1)) as v(status, n)
      on conflict (vo, owner_group, owner, status) do update set n = status_counts.n + excluded.n),
    g as (insert into group_counts (vo, owner_group, owner, job_group, status, n) select u.vo, u.owner_group, u.owner, u.job_group, v.status, v.n from u
      cross join (values ('Matched', 1), ('Waiting', -1)) as v(status, n)
      on conflict (vo, owner_group, owner, job_group, status) do update set n = group_counts.n + excluded.n),
    o as (update job_groups o set last_update_ms = $4::bigint from u
      where o.vo = u.vo and o.owner_group = u.owner_group and o.owner = u.owner and o.job_group = u.job_group),
    w as (update task_queues q set waiting = q.waiting - 1 from u where q.task_queue_id = u.task_queue_id)
    ${claimed}`,
};
