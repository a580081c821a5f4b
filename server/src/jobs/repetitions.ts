import { ContractError } from '@diraclab/contract';
import type { Submission } from '@diraclab/contract';
import { createHash } from 'node:crypto';
import type { Tx } from '../database/port.ts';
import { insertRows } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';

/** What an idempotency key stands for: whose it is, what was asked under it, and what came of it. */
export interface KeptAnswer<Answer = { jobIds: number[]; jobGroup: string }> {
  caller: Caller;
  key: string;
  requestHash: string;
  answer: Answer;
}

export function requestHashOf({ description, parameters, onBehalfOf }: Submission): string {
  return hashOf([description, parameters ?? null, ...(onBehalfOf === undefined ? [] : [onBehalfOf])]);
}

export function hashOf(request: unknown): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex');
}

/** What came of an earlier request under this key. */
export async function findAnswer<Answer = KeptAnswer['answer']>(
  tx: Tx,
  caller: Caller,
  key: string,
): Promise<Pick<KeptAnswer<Answer>, 'requestHash' | 'answer'> | undefined> {
  const known = await tx
    .selectFrom('idempotency_keys')
    .select(['request_hash', 'answer'])
    .where('vo', '=', caller.vo)
    .where('owner_group', '=', caller.ownerGroup)
    .where('owner', '=', caller.owner)
    .where('idempotency_key', '=', key)
    .executeTakeFirst();
  return known && { requestHash: known.request_hash, answer: JSON.parse(known.answer) as Answer };
}

/** The same key for something else would give the caller jobs that it did not ask for. */
export function mustBeSame(key: string, earlier: string, now: string): void {
  if (earlier === now) return;
  throw new ContractError('KeyReused', `The idempotency key "${key}" was used for another request; nothing was done.`, {
    next: 'Use a new key for a new request, or repeat the first one unchanged.',
  });
}

export async function keepAnswers(tx: Tx, answers: readonly KeptAnswer<object>[], nowMs: number): Promise<void> {
  const rows = answers.map(({ caller, key, requestHash, answer }) => [
    caller.vo, caller.ownerGroup, caller.owner, key, requestHash, JSON.stringify(answer), nowMs,
  ]); // prettier-ignore
  await insertRows(tx, 'idempotency_keys', ['vo', 'owner_group', 'owner', 'idempotency_key', 'request_hash', 'answer', 'created_ms'], rows);
}
