import { noOperatorPolicy, noVoPolicy, OperatorMatchingPolicy, VoMatchingPolicy } from '@diraclab/contract';
import { sql } from 'kysely';
import type { Db, Tx } from '../database/port.ts';
import { announce } from '../database/port.ts';
import type { MatchingPolicy } from './policy.ts';

/** Who a policy is for: the whole service, or one VO. */
export type Scope = { kind: 'operator' } | { kind: 'vo'; vo: string };

const textOf = (scope: Scope): string => (scope.kind === 'operator' ? 'operator' : `vo:${scope.vo}`);
const voOf = (scope: string): string => scope.slice('vo:'.length);

export interface StoredPolicy {
  version: number;
  author: string | null;
  savedMs: number | null;
  /** JSON. */
  body: string;
}

/** The newest, or an old one; version 0 is the one before anybody saved any. */
export async function readPolicy(db: Db, scope: Scope, version?: number): Promise<StoredPolicy | undefined> {
  const first = {
    version: 0,
    author: null,
    savedMs: null,
    body: JSON.stringify(scope.kind === 'operator' ? noOperatorPolicy : noVoPolicy),
  };
  if (version === 0) return first;
  const query = db.selectFrom('matching_policies').selectAll().where('scope', '=', textOf(scope));
  const found = await (version === undefined ? query.orderBy('version', 'desc').limit(1) : query.where('version', '=', version)).executeTakeFirst(); // prettier-ignore
  if (found === undefined) return version === undefined ? first : undefined;
  return { version: found.version, author: found.author, savedMs: found.saved_ms, body: found.body };
}

/** A new version beside the old ones; every server takes it up. */
export async function insertPolicy(tx: Tx, scope: Scope, policy: StoredPolicy & { author: string; savedMs: number }): Promise<void> {
  const { version, body, author, savedMs } = policy;
  await tx
    .insertInto('matching_policies')
    .values({ scope: textOf(scope), version, body, author, saved_ms: savedMs })
    .execute();
  await sql`update matching_state set policy_version = policy_version + 1`.execute(tx);
  await announce(tx, 'matching');
}

/** All that holds now. What an older server wrote is read by today's rules, and left out where it does not fit them. */
export async function loadPolicy(db: Db): Promise<MatchingPolicy> {
  const rows = await db
    .selectFrom('matching_policies as p')
    .select(['p.scope', 'p.body'])
    .where('p.version', '=', (eb) =>
      eb
        .selectFrom('matching_policies as q')
        .select((e) => e.fn.max<number>('q.version').as('newest'))
        .whereRef('q.scope', '=', 'p.scope'),
    )
    .execute();
  const vos = new Map<string, VoMatchingPolicy>();
  let operator = noOperatorPolicy;
  for (const { scope, body } of rows) {
    if (scope === 'operator') operator = OperatorMatchingPolicy.safeParse(JSON.parse(body)).data ?? noOperatorPolicy;
    else vos.set(voOf(scope), VoMatchingPolicy.safeParse(JSON.parse(body)).data ?? noVoPolicy);
  }
  return { operator, vos };
}
