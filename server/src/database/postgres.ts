import type { CompiledQuery, QueryResult } from 'kysely';
import { Kysely, sql } from 'kysely';
import pg from 'pg';
import { forClients } from './failures.ts';
import { kyselyOn, readConnection } from './kysely-parts.ts';
import type { Database } from './port.ts';
import { createListener } from './postgres-listener.ts';
import { createPostgresSession, runOn } from './postgres-session.ts';
import { createStatementNames } from './postgres-statement-names.ts';
import { createColumnTypes } from './postgres-unnest.ts';
import type { PostgresTarget } from './refusals.ts';
import { refusePostgresUrl } from './refusals.ts';
import type { Tables } from './tables.ts';
import { closed, createTransact } from './transact.ts';

/** Writers hold theirs for a few round trips, readers for one; n servers share PostgreSQL's usual 100. */
const connections = { write: 10, read: 5 };

/** PostgreSQL's answers as SQLite gives them: counts and sums (int8, numeric) as numbers, conditions as 1 and 0. */
const numberOids = new Set<number>([pg.types.builtins.INT8, pg.types.builtins.NUMERIC]);
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    if (numberOids.has(oid)) return Number;
    if (oid === pg.types.builtins.BOOL) return (text: string) => (text === 't' ? 1 : 0);
    return pg.types.getTypeParser(oid, format);
  },
};

export async function createPostgres(url: string): Promise<Database> {
  readUrl(url);
  const pools = { write: createPool(url, 'write'), read: createPool(url, 'read') };
  try {
    (await pools.write.connect()).release();
  } catch (error) {
    await Promise.all([pools.write.end(), pools.read.end()]);
    throw error;
  }

  const listener = createListener(url);
  const nameOf = createStatementNames();
  const columnTypes = createColumnTypes();
  const transact = createTransact('postgres', async () => createPostgresSession(await connect(pools.write), nameOf, columnTypes));
  const read = async (query: CompiledQuery, withinMs = 0): Promise<QueryResult<unknown>> => {
    if (transact.closing) throw closed();
    let client: pg.PoolClient | undefined;
    try {
      client = await connect(pools.read);
      await limitTime(client, withinMs);
      return await runOn(client, query, nameOf);
    } catch (error) {
      throw forClients(error);
    } finally {
      client?.release();
    }
  };
  let ending: Promise<unknown> | undefined;
  const close = async () => {
    await transact.close();
    await listener.close();
    await (ending ??= Promise.all([pools.write.end(), pools.read.end()]));
  };
  const reader = new Kysely<Tables>(kyselyOn('postgres', readConnection(read)));
  return {
    kind: 'postgres',
    read: reader,
    transaction: transact.transaction,
    listen: listener.on,
    async nowMs() {
      const { rows } = await sql<{ now_ms: number }>`select floor(extract(epoch from clock_timestamp()) * 1000) as now_ms`.execute(reader);
      return rows[0]?.now_ms ?? Number.NaN;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Whatever keeps a running server from its database (restart, shutdown, changed rights) is a lost connection: 08001 in PostgreSQL's list. */
async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw Object.assign(new Error('No connection to PostgreSQL.', { cause: error }), { code: '08001' });
  }
}

/** What a connection has been told last; it is told again only when that changes. */
const timeoutsMs = new WeakMap<pg.PoolClient, number>();

async function limitTime(client: pg.PoolClient, withinMs: number): Promise<void> {
  if ((timeoutsMs.get(client) ?? 0) === withinMs) return;
  timeoutsMs.set(client, Number.NaN);
  await client.query(`set statement_timeout = ${Math.ceil(withinMs)}`);
  timeoutsMs.set(client, withinMs);
}

function createPool(url: string, access: 'write' | 'read'): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections[access],
    application_name: 'diraclab',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    types,
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool waits for it, which its types do not say
    ...(access === 'read' ? { onConnect: (client: pg.ClientBase) => client.query('set default_transaction_read_only = on') } : {}),
  });
  // A lost connection fails the query that uses it and leaves the pool; as an event without a listener it would end the server.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Where a URL leads, without its password. */
export function readUrl(url: string): PostgresTarget {
  if (!/^postgres(ql)?:\/\//.test(url)) throw refusePostgresUrl();
  try {
    const { host, port, database, user } = new pg.Client({ connectionString: url });
    return { host, port, database, user };
  } catch {
    throw refusePostgresUrl();
  }
}
