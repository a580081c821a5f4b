import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { DatabaseSync } from 'node:sqlite';
import type { RawDatabase, RawSubmission } from './port.ts';
import { owner, site } from './port.ts';

const ownerValues = [owner.vo, owner.ownerGroup, owner.owner];

/** In this process, on this thread: no message, no copy between. The settings are those of the server's writer. */
export function openRawSqlite(path: string): RawDatabase {
  const db = new DatabaseSync(path);
  db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma journal_size_limit = 67108864');
  const statements = prepareAll(db);
  let lastJobId = 0;

  const inTransaction = <T>(act: () => T): T => {
    statements.begin.run();
    const result = act();
    statements.commit.run();
    return result;
  };
  const queueOf = (requirements: string): SQLInputValue => {
    statements.makeQueue.run(...ownerValues, requirements);
    return statements.findQueue.get(...ownerValues, requirements)?.['task_queue_id'] ?? null;
  };
  const count = (status: string, jobGroup: string, n: number): void => {
    statements.countStatus.run(...ownerValues, status, n, n);
    statements.countGroup.run(...ownerValues, jobGroup, status, n, n);
  };
  const submit = (
    { requirements, descriptionBody, jobName, jobGroup, cpuTimeS, parameters }: RawSubmission,
    rows: readonly (string | null)[],
    counted: boolean,
  ): void => {
    const queue = queueOf(requirements);
    const { lastInsertRowid: description } = statements.describe.run(descriptionBody);
    const nowMs = Date.now();
    const first = lastJobId + 1;
    rows.forEach((row, index) => {
      lastJobId += 1;
      statements.job.run(lastJobId, description, row, index, jobName, jobGroup, ...ownerValues, cpuTimeS, nowMs, nowMs, queue);
      statements.log.run(lastJobId, 1, 0, 'Received', 'Job accepted', nowMs, 'JobManager');
      statements.log.run(lastJobId, 2, 0, 'Waiting', 'Pilot Agent Submission', nowMs, 'JobManager');
    });
    if (!counted) return;
    count('Waiting', jobGroup, parameters.length || 1);
    statements.group.run(...ownerValues, jobGroup, first, nowMs, nowMs);
    statements.wait.run(rows.length, queue);
    statements.version.run();
  };

  return {
    submitBulk: async (work) =>
      inTransaction(() =>
        submit(
          work,
          work.parameters.map((row) => JSON.stringify(row)),
          true,
        ),
      ),
    submitOne: async (work, counted) => inTransaction(() => submit(work, [null], counted)),
    claim: async ({ vo, pilotId }, kept) =>
      inTransaction(() => {
        for (const queue of statements.someQueues.all(vo)) {
          const taskQueueId = queue['task_queue_id'] ?? null;
          const job = statements.firstJob.get(taskQueueId);
          if (job === undefined) continue;
          const nowMs = Date.now();
          const jobId = job['job_id'] as number;
          statements.take.run(pilotId, site, nowMs, nowMs, jobId);
          statements.body.get(job['description_id'] ?? null);
          if (kept) {
            const attempt = (job['attempt'] as number) + 1;
            const jobGroup = job['job_group'] as string;
            statements.log.run(jobId, (job['log_length'] as number) + 1, attempt, 'Matched', 'Assigned', nowMs, 'Matcher');
            statements.attempt.run(jobId, attempt, pilotId, site, nowMs);
            count('Matched', jobGroup, 1);
            count('Waiting', jobGroup, -1);
            statements.group.run(...ownerValues, jobGroup, jobId, nowMs, nowMs);
            statements.wait.run(-1, taskQueueId);
          }
          return jobId;
        }
        return undefined;
      }),
    close: async () => db.close(),
  };
}

function prepareAll(db: DatabaseSync) {
  const prepare = (text: string): StatementSync => db.prepare(text);
  return {
    begin: prepare('begin immediate'),
    commit: prepare('commit'),
    makeQueue: prepare(
      'insert into task_queues (vo, owner_group, owner, requirements, waiting) values (?, ?, ?, ?, 0) on conflict do nothing',
    ),
    findQueue: prepare('select task_queue_id from task_queues where vo = ? and owner_group = ? and owner = ? and requirements = ?'),
    describe: prepare('insert into descriptions (body) values (?)'),
    job: prepare(`insert into jobs (job_id, description_id, parameters, parameter_index, job_name, job_group, job_type, owner, owner_group, vo, site, status,
      minor_status, application_status, priority, cpu_time_s, submission_ms, last_update_ms, reschedule_counter, attempt, report_sequence, log_length,
      task_queue_id, queued) values (?1, ?2, ?3, ?4, ?5, ?6, 'User', ?9, ?8, ?7, 'ANY', 'Waiting', 'Pilot Agent Submission', 'Unknown', 1, ?10, ?11, ?12, 0, 0, 0, 2, ?13, 1)`),
    log: prepare(
      `insert into job_log (job_id, sequence, attempt, status, minor_status, application_status, time_ms, source) values (?, ?, ?, ?, ?, 'Unknown', ?, ?)`,
    ),
    countStatus: prepare(
      'insert into status_counts (vo, owner_group, owner, status, n) values (?, ?, ?, ?, ?) on conflict do update set n = n + ?',
    ),
    countGroup: prepare(
      'insert into group_counts (vo, owner_group, owner, job_group, status, n) values (?, ?, ?, ?, ?, ?) on conflict do update set n = n + ?',
    ),
    group: prepare(
      'insert into job_groups (vo, owner_group, owner, job_group, first_job_id, last_update_ms) values (?, ?, ?, ?, ?, ?) on conflict do update set last_update_ms = ?',
    ),
    wait: prepare('update task_queues set waiting = waiting + ? where task_queue_id = ?'),
    version: prepare('update matching_state set version = version + 1'),
    someQueues: prepare('select task_queue_id from task_queues where vo = ? and waiting > 0 order by random() limit 4'),
    firstJob: prepare(
      'select job_id, attempt, log_length, job_group, description_id from jobs where task_queue_id = ? and queued = 1 order by priority desc, job_id limit 1',
    ),
    take: prepare(`update jobs set queued = 0, status = 'Matched', minor_status = 'Assigned', attempt = attempt + 1, report_sequence = 0, log_length = log_length + 1,
      pilot_id = ?, site = ?, heart_beat_ms = ?, last_update_ms = ? where job_id = ?`),
    body: prepare('select body from descriptions where description_id = ?'),
    attempt: prepare(`insert into attempts (job_id, attempt, pilot_id, site, host, matched_ms) values (?, ?, ?, ?, 'wn1', ?)`),
  };
}
