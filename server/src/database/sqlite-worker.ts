import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { DatabaseSync } from 'node:sqlite';
import { parentPort } from 'node:worker_threads';
import type { SqliteReply, SqliteRequest } from './sqlite-messages.ts';

/**
 * A thread with one SQLite connection: the driver is synchronous, and an fsync or a bulk must not stop the server's event loop.
 * It is started from its source or as a bundle beside the server's, so it imports only what Node brings.
 */
interface Prepared {
  statement: StatementSync;
  /** Empty for a statement that gives no rows. */
  columns: string[];
}

const statementsKept = 500;
const busyTimeoutMs = 5_000;
let db: DatabaseSync | undefined;
const prepared = new Map<string, Prepared>();

function opened(): DatabaseSync {
  if (db === undefined) throw new Error('The SQLite file is not open.');
  return db;
}

function open(path: string, access: 'write' | 'read'): void {
  db = new DatabaseSync(path, { timeout: busyTimeoutMs });
  if (access === 'read') {
    db.exec('pragma query_only = on');
    db.function('in_time', inTime);
    return;
  }
  const mode = db.prepare('pragma journal_mode = wal').get()?.['journal_mode'];
  if (mode !== 'wal') throw new Error(`journal mode is ${String(mode)}, not wal`);
  db.exec('pragma synchronous = full; pragma foreign_keys = on; pragma journal_size_limit = 67108864');
}

let endMs = Number.POSITIVE_INFINITY;

/** The database room's {@link inTime}: SQLite ends a statement when a function of it throws. */
function inTime(): number {
  if (performance.now() < endMs) return 1;
  throw Object.assign(new Error('The time for this statement is over.'), { code: 'DIRACLAB_OUT_OF_TIME' });
}

function prepare(text: string): Prepared {
  let found = prepared.get(text);
  if (found === undefined) {
    const statement = opened().prepare(text);
    statement.setReturnArrays(true);
    found = { statement, columns: statement.columns().map((column) => column.name) };
    if (prepared.size >= statementsKept) prepared.delete(prepared.keys().next().value ?? '');
  } else {
    prepared.delete(text);
  }
  prepared.set(text, found);
  return found;
}

/** node:sqlite binds every number as REAL: `5 / 2` would be 2.5 here and 2 on PostgreSQL. Whole numbers go as integers. */
function bindable(values: readonly unknown[]): SQLInputValue[] {
  return values.map((value) => {
    if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
    if (typeof value === 'boolean') return value ? 1n : 0n;
    return (value ?? null) as SQLInputValue;
  });
}

function query(id: number, text: string, parameters: readonly unknown[]): SqliteReply {
  const { statement, columns } = prepare(text);
  // With setReturnArrays rows are arrays, which the type does not say. Arrays cross threads in half the time of objects.
  if (columns.length > 0) return { id, columns, rows: statement.all(...bindable(parameters)) as unknown as unknown[][] };
  const { changes, lastInsertRowid } = statement.run(...bindable(parameters));
  // A kept statement remembers its columns; a changed table would give it others.
  if (/^\s*(create|alter|drop)\b/i.test(text)) prepared.clear();
  return { id, changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) };
}

function each(id: number, text: string, rows: readonly (readonly unknown[])[]): SqliteReply {
  const { statement } = prepare(text);
  for (const row of rows) statement.run(...bindable(row));
  return { id, changes: rows.length, lastInsertRowid: 0 };
}

function done(id: number): SqliteReply {
  return { id, changes: 0, lastInsertRowid: 0 };
}

function answer(request: SqliteRequest): SqliteReply {
  const { id } = request;
  switch (request.act) {
    case 'open':
      open(request.path, request.access);
      return done(id);
    case 'query':
      if (request.inTransaction) mustBeInTransaction();
      endMs = performance.now() + (request.withinMs ?? Number.POSITIVE_INFINITY);
      return query(id, request.text, request.parameters);
    case 'each':
      mustBeInTransaction();
      return each(id, request.text, request.rows);
    case 'begin':
      return query(id, 'begin immediate', []);
    case 'commit':
      mustBeInTransaction();
      return query(id, 'commit', []);
    case 'rollback':
      return opened().isTransaction ? query(id, 'rollback', []) : done(id);
    case 'close':
      db?.close();
      return done(id);
  }
}

function mustBeInTransaction(): void {
  if (!opened().isTransaction) throw new Error('The transaction is over: SQLite could not begin it, or rolled it back after a failure.');
}

const port = parentPort;
if (port === null) throw new Error('sqlite-worker runs as a thread of the server.');
port.on('message', (request: SqliteRequest) => {
  try {
    port.postMessage(answer(request));
  } catch (error) {
    const { message, code, errcode } = error as { message: string; code?: string; errcode?: number };
    port.postMessage({ id: request.id, error: { message, code: code ?? '', errcode } } satisfies SqliteReply);
  }
  if (request.act === 'close') port.close();
});
