import type { EndReason, JobStatus, PilotStatus } from '@diraclab/contract';
import type { Generated } from 'kysely';

/**
 * Every column there is. Times are milliseconds since 1970 by the database's clock and end in `_ms`; flags are 0 or 1; JSON is text.
 * Words are the contract's in snake case; see migrations/ for keys, indexes and their reasons.
 */
export interface Tables {
  jobs: JobsTable;
  descriptions: { description_id: Generated<number>; body: string };
  description_files: { description_id: number; digest: string };
  attempts: AttemptsTable;
  job_log: JobLogTable;
  job_outputs: { job_id: number; path: string; digest: string; size_bytes: number; executable: number };
  stale_reports: { job_id: number; attempt: number; pilot_id: number; received_ms: number; body: string };
  task_queues: TaskQueuesTable;
  /** One row: raised with every change of a queue, so that a server knows when what it keeps in memory is old. */
  matching_state: { only_row: number; version: number; policy_version: Generated<number> };
  matching_policies: { scope: string; version: number; body: string; author: string; saved_ms: number };
  /** Jobs that pilots hold, by all that a running limit may name. */
  running_counts: { site: string; vo: string; owner_group: string; owner: string; job_type: string; n: number };
  /** `jobs` is the canonical JSON of which jobs the limit counts. */
  matching_delays: { site: string; jobs: string; due_ms: number };
  share_usage: { vo: string; owner_group: string; bucket_ms: number; jobs: number; cpu_time_s: number };
  pilots: PilotsTable;
  agent_leases: { agent: string; holder: string; until_ms: number };
  /** One row. */
  service_name: { only_row: number; name: string };
  job_records: JobRecordsTable;
  job_usage: JobUsageTable;
  pilot_usage: PilotUsageTable;
  sandbox_files: { digest: string; size_bytes: number; stored_ms: number };
  status_counts: { vo: string; owner_group: string; owner: string; status: JobStatus; n: number };
  group_counts: { vo: string; owner_group: string; owner: string; job_group: string; status: JobStatus; n: number };
  job_groups: { vo: string; owner_group: string; owner: string; job_group: string; first_job_id: number; last_update_ms: number };
  idempotency_keys: {
    vo: string;
    owner_group: string;
    owner: string;
    idempotency_key: string;
    request_hash: string;
    answer: string;
    created_ms: number;
  };
  /** One row: raised with every change of the registry, so that whoever keeps something of it knows when that is old. */
  registry_state: { only_row: number; version: number };
  registry_versions: {
    version: number;
    time_ms: number;
    by_owner: string;
    by_person_id: number | null;
    by_token_id: string | null;
    note: string;
  };
  /** `until_version` is the first version without it; null: it is current. `name` of a group is `vo/group`. */
  registry_entries: { kind: EntryKind; name: string; since_version: number; until_version: number | null; body: string };
  /** Never deleted: an owner's name stays theirs. `owner_key` is its name without regard to case. */
  people: { person_id: Generated<number>; owner: string; owner_key: string; kind: 'person' | 'robot' };
  identities: { issuer: string; subject: string; person_id: number };
  members: { person_id: number; vo: string; owner_group: string; owner: string };
  /** `vo` and `end_user` are empty where all are meant. */
  suspensions: { owner: string; vo: string; end_user: string; reason: string; by_owner: string; since_ms: number };
  audit: AuditTable;
  /** Who sent the bytes of a file, and so may use its digest; a pilot is `pilot:<id>`. */
  sandbox_holders: { digest: string; vo: string; owner: string };
}

export type EntryKind = 'vo' | 'group' | 'person' | 'robot';

export interface AuditTable {
  audit_id: Generated<number>;
  time_ms: number;
  act: string;
  vo: string;
  owner_group: string;
  owner: string;
  person_id: number | null;
  token_id: string | null;
  pilot_id: number | null;
  site: string | null;
  end_user: string | null;
  job_group: string | null;
  /** How many jobs, or other things. */
  n: number;
  first_job_id: number | null;
  last_job_id: number | null;
  /** `5,7,9-12`. */
  job_ids: string | null;
  detail: string | null;
}

export interface JobsTable {
  job_id: Generated<number>;
  description_id: number;
  /** JSON of this job's row of a sweep; null for a single job. */
  parameters: string | null;
  parameter_index: number;
  job_name: string;
  job_group: string;
  job_type: string;
  owner: string;
  owner_group: string;
  vo: string;
  site: string;
  status: JobStatus;
  minor_status: string;
  application_status: string;
  priority: number;
  cpu_time_s: number;
  submission_ms: number;
  last_update_ms: number;
  start_exec_ms: number | null;
  end_exec_ms: number | null;
  heart_beat_ms: number | null;
  reschedule_counter: number;
  attempt: number;
  pilot_id: number | null;
  /** Highest report sequence taken of this attempt. */
  report_sequence: number;
  /** Rows in job_log so far: the next one's number, so that state and history change in one statement each. */
  log_length: number;
  /** The queue it belongs to, whether it waits there or not. */
  task_queue_id: number;
  /** 1 while a pilot may take it. */
  queued: number;
  kill_requested_ms: number | null;
  end_reason: EndReason | null;
  exit_code: number | null;
  cpu_time_used_s: number | null;
  wall_time_used_s: number | null;
  max_rss_mb: number | null;
  /** For whom a robot submitted it; empty for all others, so that it can be searched and sorted like any text. */
  end_user: Generated<string>;
  /** 1 while it is kept from its queue because its owner, or its end user, is suspended. */
  suspended: Generated<number>;
}

export interface AttemptsTable {
  job_id: number;
  attempt: number;
  pilot_id: number;
  site: string;
  host: string;
  matched_ms: number;
  end_ms: number | null;
  outcome: string | null;
}

export interface JobLogTable {
  job_id: number;
  sequence: number;
  attempt: number;
  status: string;
  minor_status: string;
  application_status: string;
  time_ms: number;
  source: string;
}

export interface TaskQueuesTable {
  task_queue_id: Generated<number>;
  vo: string;
  owner_group: string;
  owner: string;
  /** Canonical JSON of the needs; see task-queues/requirements.ts. */
  requirements: string;
  /** Jobs with queued = 1; kept in the statement that changes them. */
  waiting: number;
  /** The version of `matching_state` at which it was last found empty and got jobs. */
  refilled_version: Generated<number>;
}

export interface PilotsTable {
  pilot_id: Generated<number>;
  pilot_stamp: string;
  /** sha256 of the pilot's token: a copy of the database gives nobody a token. */
  token_hash: string;
  site: string;
  computing_element: string;
  host: string;
  vo: string;
  status: PilotStatus;
  slots: number;
  pid: number;
  version: string;
  submission_ms: number;
  last_update_ms: number;
  /** Attempts that it ended, as far as they were summed. */
  jobs_run: Generated<number>;
  /** 1 when its record is in pilot_usage. */
  accounted: Generated<number>;
  /** `none`: payloads could reach each other and the pilot, so it runs jobs of one owner only. */
  isolation: 'none' | null;
  /** Whose: `vo/owner` of its first job. */
  sole_owner: string | null;
}

/** An attempt that ended and was not summed yet; `site`, `status` and `minor_status` are the attempt's, not the job's of today. */
export interface JobRecordsTable {
  record_id: Generated<number>;
  job_id: number;
  pilot_id: number;
  vo: string;
  owner_group: string;
  owner: string;
  job_group: string;
  job_type: string;
  site: string;
  status: string;
  minor_status: string;
  start_ms: number;
  end_ms: number;
  cpu_time_s: number;
  wall_time_s: number;
}

/** Times and bytes lie in the buckets in which they were used, `jobs` in the one in which the attempt ended. */
export interface JobUsageTable {
  vo: string;
  bucket_ms: number;
  bucket_s: number;
  owner_group: string;
  owner: string;
  job_group: string;
  job_type: string;
  site: string;
  status: string;
  minor_status: string;
  jobs: number;
  cpu_time_s: number;
  wall_time_s: number;
  input_sandbox_bytes: number;
  output_sandbox_bytes: number;
}

export interface PilotUsageTable {
  vo: string;
  bucket_ms: number;
  bucket_s: number;
  site: string;
  computing_element: string;
  status: string;
  pilots: number;
  jobs: number;
}
