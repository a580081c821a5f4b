import type { CompiledQuery, QueryResult } from 'kysely';
import { Kysely } from 'kysely';
import { closeSync, openSync } from 'node:fs';
import { createFairQueue } from './fair-queue.ts';
import { forClients } from './failures.ts';
import type { Bulk } from './kysely-parts.ts';
import { kyselyOn, quoted, readConnection } from './kysely-parts.ts';
import type { Database } from './port.ts';
import type { SqliteReply } from './sqlite-messages.ts';
import type { SqliteThread } from './sqlite-thread.ts';
import { startSqliteThread } from './sqlite-thread.ts';
import type { Tables } from './tables.ts';
import type { WriteSession } from './transact.ts';
import { closed, createTransact } from './transact.ts';

/** Two: one long search does not hold up the small reads, and more threads than cores gain nothing on a laptop. */
const readers = 2;
const sliceRows = 1_000;

/** One writer and two readers, each a thread with a connection; transactions take turns here, so SQLite's own lock is never waited for. */
export async function createSqlite(path: string): Promise<Database> {
  const [writer, ...reading] = [startSqliteThread(), ...Array.from({ length: readers }, startSqliteThread)] as [
    SqliteThread,
    ...SqliteThread[],
  ];
  const closeAll = () => Promise.allSettled([...reading, writer].map((thread) => thread.close()));
  try {
    // Made here, so that only its owner can read it; -wal and -shm get the same mode from SQLite.
    closeSync(openSync(path, 'a', 0o600));
    await writer.call({ act: 'open', path, access: 'write' });
    await Promise.all(reading.map((thread) => thread.call({ act: 'open', path, access: 'read' })));
  } catch (error) {
    await closeAll();
    throw error;
  }

  const queue = createFairQueue();
  const transact = createTransact('sqlite', async () => writeSession(writer, await queue.turn()));
  const read = async ({ sql: text, parameters }: CompiledQuery, withinMs?: number): Promise<QueryResult<unknown>> => {
    if (transact.closing) throw closed();
    const free = reading.reduce((least, thread) => (thread.waiting < least.waiting ? thread : least));
    try {
      return toResult(await free.call({ act: 'query', text, parameters, inTransaction: false, withinMs }));
    } catch (error) {
      throw forClients(error);
    }
  };
  const close = async () => {
    await transact.close();
    await closeAll();
  };
  return {
    kind: 'sqlite',
    read: new Kysely<Tables>(kyselyOn('sqlite', readConnection(read))),
    transaction: transact.transaction,
    // Nobody else writes here.
    listen: () => undefined,
    nowMs: () => Promise.resolve(Date.now()),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function writeSession(writer: SqliteThread, release: () => void): WriteSession {
  let begun: Promise<unknown> = Promise.resolve();
  const call = async (act: Parameters<SqliteThread['call']>[0]): Promise<SqliteReply> => {
    try {
      return await writer.call(act);
    } catch (error) {
      // Why it could not begin is the cause of whatever failed after it.
      await begun;
      throw error;
    }
  };
  const write = (bulk: Bulk): Promise<void> => {
    const text = bulkStatement(bulk);
    // The statement has its keys last, a row has them first.
    const keys = bulk.keys.length;
    const ordered = (rows: Bulk['rows']) => (keys === 0 ? rows : rows.map((row) => [...row.slice(keys), ...row.slice(0, keys)]));
    return inSlices(bulk.rows, (slice) => call({ act: 'each', text, rows: ordered(slice) }));
  };
  return {
    // Not awaited: it goes out with the first statement, which saves a round trip. The clock of the thread is the clock here.
    begin() {
      begun = writer.call({ act: 'begin' });
      begun.catch(() => undefined);
      return Promise.resolve(Date.now());
    },
    run: async ({ sql: text, parameters }) => toResult(await call({ act: 'query', text, parameters, inTransaction: true })),
    async command(text) {
      await call({ act: 'query', text, parameters: [], inTransaction: true });
    },
    async bulk(bulks) {
      // The thread does them in this order; nobody waits for one before the next is sent.
      const sent = await Promise.allSettled(bulks.map(write));
      for (const result of sent) if (result.status === 'rejected') throw result.reason;
    },
    async commit() {
      await Promise.all([begun, call({ act: 'commit' })]);
    },
    async rollback() {
      await writer.call({ act: 'rollback' }).catch(() => undefined);
    },
    release,
  };
}

function bulkStatement({ act, table, keys, columns }: Bulk): string {
  if (act === 'insert')
    return `insert into ${quoted(table)} (${columns.map(quoted).join(', ')}) values (${columns.map(() => '?').join(', ')})`;
  const equal = (column: string) => `${quoted(column)} = ?`;
  return `update ${quoted(table)} set ${columns.map(equal).join(', ')} where ${keys.map(equal).join(' and ')}`;
}

/** A slice costs the event loop its copy, some milliseconds; two are under way, so that the thread does not wait for the next. */
async function inSlices(rows: Bulk['rows'], send: (slice: Bulk['rows']) => Promise<unknown>): Promise<void> {
  let before: Promise<unknown> = Promise.resolve();
  for (let at = 0; at < rows.length; at += sliceRows) {
    const slice = send(rows.slice(at, at + sliceRows));
    slice.catch(() => undefined);
    await before;
    before = slice;
  }
  await before;
}

function toResult(reply: SqliteReply): QueryResult<unknown> {
  if ('rows' in reply) {
    const { columns } = reply;
    // A loop, because Object.fromEntries took three times as long for 10,000 rows of 34 columns (40 ms against 13).
    const toRow = (values: unknown[]) => {
      const row: Record<string, unknown> = {};
      for (let at = 0; at < columns.length; at++) row[columns[at] ?? ''] = values[at];
      return row;
    };
    return { rows: reply.rows.map(toRow) };
  }
  if ('changes' in reply) return { rows: [], numAffectedRows: BigInt(reply.changes), insertId: BigInt(reply.lastInsertRowid) };
  return { rows: [] };
}
