import { ContractError } from '@diraclab/contract';
import { Worker } from 'node:worker_threads';
import type { SqliteAct, SqliteReply, SqliteRequest } from './sqlite-messages.ts';

/** A failure of SQLite, with its result code; `text` is the statement, which holds places for values and no values. */
export class SqliteError extends Error {
  readonly code: string;
  readonly errcode: number | undefined;
  readonly text: string | undefined;

  constructor(error: { message: string; code: string; errcode: number | undefined }, act: SqliteAct) {
    super(error.message);
    this.name = 'SqliteError';
    this.code = error.code;
    this.errcode = error.errcode;
    this.text = 'text' in act ? act.text : undefined;
  }
}

export interface SqliteThread {
  /** Acts are done in the order of the calls, whether or not the earlier ones were awaited. */
  call(act: SqliteAct): Promise<SqliteReply>;
  /** Calls without an answer yet. */
  readonly waiting: number;
  /** After everything called before. */
  close(): Promise<void>;
}

/** As source (tests, development) Node strips the types; in the server's bundle the worker's own bundle lies beside it. */
const workerFile = import.meta.url.endsWith('.ts') ? './sqlite-worker.ts' : './sqlite-worker.mjs';

export function startSqliteThread(): SqliteThread {
  const worker = new Worker(new URL(workerFile, import.meta.url), { execArgv: [], env: {} });
  const calls = new Map<number, { act: SqliteAct; resolve: (reply: SqliteReply) => void; reject: (error: unknown) => void }>();
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let ended: unknown;
  let lastId = 0;

  const failAll = (cause: unknown) => {
    ended ??= new ContractError('NotReady', "The database's thread has ended.", {
      next: 'Restart the server; its log has the cause.',
      cause,
    });
    for (const { reject } of calls.values()) reject(ended);
    calls.clear();
  };
  worker.on('message', (reply: SqliteReply) => {
    const call = calls.get(reply.id);
    if (call === undefined) return;
    calls.delete(reply.id);
    if ('error' in reply) call.reject(new SqliteError(reply.error, call.act));
    else call.resolve(reply);
  });
  worker.on('error', failAll);
  worker.on('exit', (exitCode) => failAll(new Error(`The thread ended with code ${exitCode}.`)));

  const call = (act: SqliteAct): Promise<SqliteReply> => {
    if (ended !== undefined) return Promise.reject(ended);
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      calls.set(id, { act, resolve, reject });
      try {
        worker.postMessage({ ...act, id } satisfies SqliteRequest);
      } catch (error) {
        // A value that cannot cross threads, a function for instance: the caller's mistake.
        calls.delete(id);
        reject(error);
      }
    });
  };

  return {
    call,
    get waiting() {
      return calls.size;
    },
    async close() {
      if (ended === undefined) await call({ act: 'close' });
      await exited;
    },
  };
}
