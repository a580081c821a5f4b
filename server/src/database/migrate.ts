import { ContractError } from '@diraclab/contract';
import { CompiledQuery, sql } from 'kysely';
import type { Migration } from './migrations/index.ts';
import { migrations as known } from './migrations/index.ts';
import type { Database, Tx } from './port.ts';

/** Any number that is ours alone among the advisory locks of one PostgreSQL database: "dirac" as bytes. */
const lockKey = 0x6469726163;

/**
 * Brings the tables to this server's version, forward only. Each migration is one transaction that first takes the lock and looks again, so
 * that of two servers starting at once each does what the other has not done yet. A newer database is left alone: an older server would
 * write rows that the newer one does not understand.
 */
export async function migrate(
  { kind, transaction }: Pick<Database, 'kind' | 'transaction'>,
  migrations: readonly Migration[] = known,
): Promise<void> {
  const latest = migrations.at(-1)?.version ?? 0;
  for (;;) {
    const version = await transaction(async (tx, nowMs) => {
      const current = await currentVersion(tx, kind);
      if (current > latest) {
        throw new ContractError(
          'NotReady',
          `The database has version ${current} of the tables; this server knows versions up to ${latest}.`,
          {
            next: 'Start the newer server that made it, or restore a backup from before the upgrade.',
          },
        );
      }
      const next = migrations.find((migration) => migration.version > current);
      if (next === undefined) return current;
      for (const statement of next.statements(kind)) await tx.executeQuery(CompiledQuery.raw(statement));
      await sql`insert into schema_migrations (version, name, applied_ms) values (${next.version}, ${next.name}, ${nowMs})`.execute(tx);
      return next.version;
    });
    if (version >= latest) return;
  }
}

async function currentVersion(tx: Tx, kind: Database['kind']): Promise<number> {
  if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(lockKey)})`.execute(tx);
  const integer = sql.raw(kind === 'postgres' ? 'bigint' : 'integer');
  await sql`create table if not exists schema_migrations (version ${integer} primary key, name text not null, applied_ms ${integer} not null)`.execute(
    tx,
  );
  const { rows } = await sql<{ version: number | null }>`select max(version) as version from schema_migrations`.execute(tx);
  return rows[0]?.version ?? 0;
}
