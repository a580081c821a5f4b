import { ContractError } from '@diraclab/contract';
import type { OperatorMatchingPolicy, VoMatchingPolicy } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import { isUniqueViolation } from '../database/port.ts';
import { insertPolicy, readPolicy } from './policy-store.ts';
import type { Scope, StoredPolicy } from './policy-store.ts';

/** A new version, if nobody saved another since the one that was read: two managers must not undo each other unseen. */
export async function savePolicy(
  database: Database,
  scope: Scope,
  { ifVersion, policy }: { ifVersion: number; policy: VoMatchingPolicy | OperatorMatchingPolicy },
  author: string,
): Promise<StoredPolicy> {
  const body = JSON.stringify(policy);
  return database
    .transaction(async (tx, savedMs) => {
      const newest = await readPolicy(tx, scope);
      if (newest?.version !== ifVersion) throw conflict(ifVersion, newest);
      const saved = { version: ifVersion + 1, body, author, savedMs };
      await insertPolicy(tx, scope, saved);
      return saved;
    })
    .catch(async (error: unknown) => {
      // Another server saved at the same moment.
      if (isUniqueViolation(error)) throw conflict(ifVersion, await readPolicy(database.read, scope));
      throw error;
    });
}

function conflict(ifVersion: number, newest: StoredPolicy | undefined): ContractError {
  const whose = newest === undefined || newest.author === null ? '' : ` by ${newest.author}`;
  return new ContractError(
    'VersionConflict',
    `The policy has version ${newest?.version ?? 0}${whose} now; this change was made from version ${ifVersion}.`,
    {
      next: 'Read it again, make the change there, and save that.',
      ids: { version: newest?.version ?? 0 },
    },
  );
}
