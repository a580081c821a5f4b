import type { CompiledQuery, DatabaseConnection, Dialect, Driver, Kysely, KyselyProps, QueryResult } from 'kysely';
import {
  DefaultQueryExecutor,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { DatabaseKind } from './migrations/index.ts';

export type Rows = readonly (readonly unknown[])[];
export type ColumnsOf<DB, T extends keyof DB> = readonly (keyof DB[T] & string)[];

/** One statement for many rows. Each row holds the keys' values first (none for an insert), then the columns'. */
export interface Bulk {
  act: 'insert' | 'update';
  table: string;
  keys: readonly string[];
  columns: readonly string[];
  rows: Rows;
}

/** What a transaction's connection can do besides Kysely's queries. */
export interface TransactionConnection extends DatabaseConnection {
  /** None of them relies on what another writes. */
  bulk(bulks: readonly Bulk[]): Promise<void>;
  nested<T>(part: () => Promise<T>): Promise<T>;
}

/**
 * Kysely's own transactions and pools stay unused: its begin gives no clock, it runs one statement of a transaction at a time, and it does
 * not retry. Ours are in transact.ts; this driver only says so to whoever calls `db.transaction()`.
 */
const refusal = () => Promise.reject(new Error("Kysely's own transactions are not used here; call transaction() of the Database."));
const driver: Driver = {
  init: () => Promise.resolve(),
  acquireConnection: refusal,
  beginTransaction: refusal,
  commitTransaction: refusal,
  rollbackTransaction: refusal,
  releaseConnection: () => Promise.resolve(),
  destroy: () => Promise.resolve(),
};

const dialects: Record<DatabaseKind, Dialect> = {
  sqlite: {
    createDriver: () => driver,
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  },
  postgres: {
    createDriver: () => driver,
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  },
};

const made = {
  sqlite: { compiler: dialects.sqlite.createQueryCompiler(), adapter: dialects.sqlite.createAdapter() },
  postgres: { compiler: dialects.postgres.createQueryCompiler(), adapter: dialects.postgres.createAdapter() },
};

/** A Kysely (or Transaction) is made from this; every query goes to `connection` at once, without a queue of Kysely's between. */
export function kyselyOn(kind: DatabaseKind, connection: DatabaseConnection): KyselyProps {
  const { compiler, adapter } = made[kind];
  const dialect = dialects[kind];
  const executor = new DefaultQueryExecutor(compiler, adapter, { provideConnection: (use) => use(connection) });
  return { config: { dialect }, dialect, driver, executor };
}

export function kindOf<DB>(db: Kysely<DB>): DatabaseKind {
  return db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';
}

export function connectionOf<DB, T>(tx: Kysely<DB>, use: (connection: TransactionConnection) => Promise<T>): Promise<T> {
  return tx.getExecutor().provideConnection((connection) => {
    if (!('bulk' in connection && 'nested' in connection)) throw new Error('This needs a transaction of the Database, not its reader.');
    return use(connection as TransactionConnection);
  });
}

export type RunRead = (query: CompiledQuery, withinMs?: number) => Promise<QueryResult<unknown>>;

export interface ReadConnection extends DatabaseConnection {
  within(ms: number): DatabaseConnection;
}

/** A connection for reads: every statement finds its own way. */
export function readConnection(run: RunRead): ReadConnection {
  const connection = (withinMs?: number): DatabaseConnection => ({
    executeQuery: <R>(query: CompiledQuery) => run(query, withinMs) as Promise<QueryResult<R>>,
    streamQuery: refuseStream,
  });
  return { ...connection(), within: connection };
}

export function refuseStream(): never {
  throw new Error('Results are not streamed; read them in pages by key.');
}

/** PostgreSQL's one channel between servers; the payload says what is meant. */
export const channel = 'diraclab';

/** A name in a statement written here; names come from code, never from users. */
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
