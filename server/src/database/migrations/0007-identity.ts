import type { Migration } from './index.ts';

/**
 * Sign-ins under way, what came of them, and the keys that sign access tokens. No column holds a secret that opens a door: codes and tokens
 * are kept as hashes, private keys sealed by the secret file.
 *
 * - `refresh_handle_hash` finds a family, `refresh_hash` is the one refresh token that serves now. Whoever knows the handle but not the
 *   current secret holds an older one, which is how reuse is seen with one row a family, however long it lives.
 * - `token_families_revoked` is partial and read every few seconds by every server.
 */
export const identity: Migration = {
  version: 7,
  name: 'identity',
  statements: (kind) => {
    const int = kind === 'sqlite' ? 'integer' : 'bigint';
    const clustered = kind === 'sqlite' ? ' strict, without rowid' : '';
    return [
      `create table signing_keys (
        generation ${int} primary key, kid text not null unique, sealed text not null, created_ms ${int} not null, signs_from_ms ${int} not null)${clustered}`,
      `create table sign_ins (
        sign_in_id text primary key, kind text not null, step text not null, provider text, wished_vo text, wished_group text,
        device_code_hash text unique, user_code_hash text unique, asked_from text not null, last_poll_ms ${int}, interval_s ${int} not null,
        redirect_uri text, client_state text, code_challenge text, state_hash text unique, browser_hash text, code_hash text unique,
        code_expires_ms ${int}, refusal text, person_id ${int}, vo text, owner_group text, family_id text, created_ms ${int} not null,
        expires_ms ${int} not null)${clustered}`,
      `create index sign_ins_expires on sign_ins (expires_ms)`,
      `create table token_families (
        family_id text primary key, person_id ${int} not null, owner text not null, provider text not null, vo text not null, owner_group text not null,
        refresh_handle_hash text not null unique, refresh_hash text not null, created_ms ${int} not null, last_used_ms ${int} not null,
        refresh_expires_ms ${int} not null, ends_ms ${int} not null, revoked_ms ${int}, revoked_why text)${clustered}`,
      `create index token_families_person on token_families (person_id)`,
      `create index token_families_ends on token_families (ends_ms)`,
      `create index token_families_revoked on token_families (revoked_ms) where revoked_ms is not null`,
      `create table personal_tokens (
        token_id text primary key, token_hash text not null unique, person_id ${int} not null, vo text not null, owner_group text not null,
        name text not null, scopes text not null, created_ms ${int} not null, expires_ms ${int} not null, revoked_ms ${int})${clustered}`,
      `create index personal_tokens_person on personal_tokens (person_id)`,
      `create index personal_tokens_expires on personal_tokens (expires_ms)`,
      `create index personal_tokens_revoked on personal_tokens (revoked_ms) where revoked_ms is not null`,
    ];
  },
};
