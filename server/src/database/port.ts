import type { DeleteResult, InsertResult, QueryResult, RawBuilder, Transaction, UpdateResult } from 'kysely';
import { Kysely, sql } from 'kysely';
import { channel, connectionOf, kindOf, kyselyOn } from './kysely-parts.ts';
import type { ReadConnection } from './kysely-parts.ts';
import type { DatabaseKind } from './migrations/index.ts';
import type { Tables } from './tables.ts';

export { inserting, insertRows, updateRows, updating, writeTogether } from './bulk-rows.ts';
export { isOutOfTime, isUniqueViolation } from './failures.ts';
export { kindOf } from './kysely-parts.ts';
export type { DatabaseKind } from './migrations/index.ts';

/** A reader or a {@link Tx}: stores take it as their first argument. */
export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;

export interface Database extends AsyncDisposable {
  readonly kind: DatabaseKind;
  /** Committed state, one snapshot a statement; never waits for a writer, refuses to write. */
  readonly read: Db;
  /**
   * One write transaction, acknowledged when it is durable. The whole work runs again after a deadlock, a serialization failure, a busy file or
   * a connection lost before the commit (at most 5 times, with jitter): it must change nothing but `tx`. A failed statement spoils the
   * transaction on both databases (as PostgreSQL has it), unless it ran inside {@link nested}.
   * SQLite has one writer: whatever else `work` awaits, every other writer waits for.
   * @param work gets the database's clock at its begin, in ms since 1970
   */
  transaction<T>(work: (tx: Tx, nowMs: number) => Promise<T>): Promise<T>;
  /** Calls `heard` when another server {@link announce}s the topic: a hint, which may come late, twice or not at all. SQLite has one server. */
  listen(topic: string, heard: () => void): void;
  /** The database's clock, in ms since 1970. */
  nowMs(): Promise<number>;
  /** Refuses new work, waits for what runs or queues. */
  close(): Promise<void>;
}

/**
 * A part that may fail alone: its own failure undoes only itself (a savepoint), is thrown, and leaves the transaction usable.
 * One at a time: two nested parts of one transaction must not run side by side.
 */
export function nested<DB, T>(tx: Transaction<DB>, part: () => Promise<T>): Promise<T> {
  return connectionOf(tx, (connection) => connection.nested(part));
}

/**
 * The same reader, whose statements are ended after so long ({@link isOutOfTime}). SQLite looks at its clock only where the statement asks
 * it to: by {@link inTime} among its conditions.
 */
export function within(db: Db, ms: number): Promise<Db> {
  return db.getExecutor().provideConnection((connection) => {
    if (!('within' in connection)) throw new Error('Only reads are limited in time, not a transaction.');
    return Promise.resolve(new Kysely<Tables>(kyselyOn(kindOf(db), (connection as ReadConnection).within(ms))));
  });
}

/**
 * A condition that always holds, for the first place of a long search. SQLite cannot be interrupted from outside; it calls a function of
 * ours at each 1,024th number instead, which throws when the time is over. At each row it took as long as the search itself.
 */
export function inTime(db: Db, column: RawBuilder<unknown>): RawBuilder<boolean> {
  return kindOf(db) === 'sqlite' ? sql<boolean>`(${column} & 1023 <> 0 or in_time())` : sql<boolean>`true`;
}

/**
 * Ends a select (`modifyEnd`, or in a statement written by hand) that takes the next free row: others' locked rows are passed over.
 * SQLite has one writer at a time: nothing to lock, nothing to pass over.
 */
export function lockNext<DB>(tx: Transaction<DB>): RawBuilder<unknown> {
  return kindOf(tx) === 'postgres' ? sql`for update skip locked` : sql``;
}

/** Ends a select whose rows this transaction is about to change; order it by key, so that two of them cannot deadlock. */
export function lockRows<DB>(tx: Transaction<DB>): RawBuilder<unknown> {
  return kindOf(tx) === 'postgres' ? sql`for update` : sql``;
}

/**
 * Ends a select whose rows this transaction relies on and does not change: nobody deletes them before it ends, and others may rely on them too.
 */
export function keepRows<DB>(tx: Transaction<DB>): RawBuilder<unknown> {
  return kindOf(tx) === 'postgres' ? sql`for key share` : sql``;
}

/**
 * Until the transaction ends, nobody else on this database holds the same name; for what rows cannot lock because they are not there yet.
 * SQLite has one writer: nothing to lock.
 */
export async function lockName<DB>(tx: Transaction<DB>, name: string): Promise<void> {
  if (kindOf(tx) === 'postgres') await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tx);
}

/** Tells the other servers on this database, once the transaction is committed. */
export async function announce<DB>(tx: Transaction<DB>, topic: string): Promise<void> {
  if (kindOf(tx) === 'postgres') await sql`select pg_notify(${channel}, ${topic})`.execute(tx);
}

/** How many rows an insert, update or delete touched, by whichever of Kysely's results it gave. */
export function affectedRows(result: InsertResult | UpdateResult | DeleteResult | QueryResult<unknown>): number {
  if ('numAffectedRows' in result) return Number(result.numAffectedRows ?? 0n);
  if ('numUpdatedRows' in result) return Number(result.numUpdatedRows);
  if ('numDeletedRows' in result) return Number(result.numDeletedRows);
  return Number(('numInsertedOrUpdatedRows' in result ? result.numInsertedOrUpdatedRows : undefined) ?? 0n);
}
