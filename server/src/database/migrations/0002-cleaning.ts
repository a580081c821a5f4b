import type { Migration } from './index.ts';

/**
 * For the cleaning. Removing a description asks whether a job refers to it, which without an index reads all jobs, each time; the other two
 * find what is old. They are written once a job and once a submission, at their right end.
 */
export const cleaning: Migration = {
  version: 2,
  name: 'cleaning',
  statements: () => [
    `create index jobs_description on jobs (description_id)`,
    `create index jobs_deleted on jobs (last_update_ms) where status = 'Deleted'`,
    `create index idempotency_keys_created on idempotency_keys (created_ms)`,
  ],
};
