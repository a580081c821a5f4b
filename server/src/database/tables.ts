import type { EndReason, JobAct, JobStatus, OperationState, PilotStatus } from '@diraclab/contract';
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
  job_parameters: { job_id: number; attempt: number; name: string; value: string; time_ms: number };
  bulk_operations: BulkOperationsTable;
  /** The jobs of an operation; those up to its `acted_to` that were not refused are accepted. */
  operation_jobs: { operation_id: number; job_id: number; refusal: string | null };
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
  /** Kinds of resources that pilots have offered; see why/known-resources.ts. `whole`: heard from a pilot that had taken nothing yet. */
  offer_signatures: { signature: string; computing_element: string; offer: string; whole: number; last_seen_ms: number };
  sandbox_files: { digest: string; size_bytes: number; stored_ms: number };
  status_counts: { vo: string; owner_group: string; owner: string; status: JobStatus; n: number };
  group_counts: { vo: string; owner_group: string; owner: string; job_group: string; status: JobStatus; n: number };
  site_counts: { vo: string; owner_group: string; owner: string; site: string; status: JobStatus; n: number };
  job_groups: { vo: string; owner_group: string; owner: string; job_group: string; first_job_id: number; last_update_ms: number };
  /** Saved queries; `body` is JSON of text and sort. */
  views: { vo: string; owner_group: string; owner: string; name: string; body: string; shared: number; saved_ms: number };
  /** `sealed` is the proxy with its key; `fqans` is JSON. */
  proxies: {
    vo: string;
    owner_group: string;
    owner: string;
    sealed: string;
    subject: string;
    issuer: string;
    not_after_ms: number;
    fqans: string;
    upload_ms: number;
  };
  /** Whose the names in certificates are. */
  proxy_identities: { identity: string; owner: string; bound_ms: number };
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
  signing_keys: { generation: number; kid: string; sealed: string; created_ms: number; signs_from_ms: number };
  sign_ins: SignInsTable;
  token_families: TokenFamiliesTable;
  personal_tokens: PersonalTokensTable;
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
  /** Attempts that it may lose without its fault, and how many it has lost since it was submitted or last rescheduled by a person. */
  retries: number;
  retried: number;
  /** JSON of the exit codes after which it is tried again as well; null for none. */
  retry_on: string | null;
  /** Who asked for its kill. */
  killed_by: string | null;
  /** What it was before it went into the bin; null when it is not there. */
  binned_status: JobStatus | null;
  binned_minor_status: string | null;
}

export interface BulkOperationsTable {
  operation_id: Generated<number>;
  vo: string;
  owner_group: string;
  owner: string;
  /** JSON of the rights that its owner had when it was asked for. */
  properties: string;
  act: JobAct;
  priority: number | null;
  /** JSON of ids or conditions. */
  selection: string;
  state: OperationState;
  request_ms: number;
  /** Nothing is done before; until then it can be undone. */
  start_ms: number;
  end_ms: number | null;
  /** The newest job there was when it was asked for. */
  last_job_id: number;
  /** Jobs up to this one are selected; up to that one, acted on. */
  selected_to: number;
  acted_to: number;
  total: number;
  accepted: number;
  refused: number;
  /** JSON of the refusals by reason, with counts and examples. */
  refusals: string;
  /** When it last had its turn. */
  turn_ms: number;
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

/** One sign-in under way, by browser or by device. */
export interface SignInsTable {
  sign_in_id: string;
  kind: 'browser' | 'device';
  /** `asked`: by a Lab or a terminal; `sent`: confirmed by a person and at the provider; then its end, and `redeemed` when tokens were given. */
  step: 'asked' | 'sent' | 'admitted' | 'refused' | 'redeemed';
  provider: string | null;
  wished_vo: string | null;
  wished_group: string | null;
  device_code_hash: string | null;
  user_code_hash: string | null;
  asked_from: string;
  last_poll_ms: number | null;
  interval_s: number;
  redirect_uri: string | null;
  client_state: string | null;
  code_challenge: string | null;
  state_hash: string | null;
  /** Of the cookie that binds it to one browser. */
  browser_hash: string | null;
  code_hash: string | null;
  code_expires_ms: number | null;
  refusal: string | null;
  person_id: number | null;
  vo: string | null;
  owner_group: string | null;
  family_id: string | null;
  created_ms: number;
  expires_ms: number;
}

/** One sign-in's tokens: a refresh token that changes at every use, and the access tokens made from it. */
export interface TokenFamiliesTable {
  family_id: string;
  person_id: number;
  owner: string;
  provider: string;
  vo: string;
  owner_group: string;
  refresh_handle_hash: string;
  refresh_hash: string;
  created_ms: number;
  last_used_ms: number;
  refresh_expires_ms: number;
  /** Then one signs in again, however often it was renewed. */
  ends_ms: number;
  revoked_ms: number | null;
  revoked_why: string | null;
}

export interface PersonalTokensTable {
  token_id: string;
  token_hash: string;
  person_id: number;
  vo: string;
  owner_group: string;
  name: string;
  /** Names with a space between. */
  scopes: string;
  created_ms: number;
  expires_ms: number;
  revoked_ms: number | null;
}
