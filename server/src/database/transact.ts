import { ContractError } from '@diraclab/contract';
import type { CompiledQuery, QueryResult } from 'kysely';
import { Transaction } from 'kysely';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { forClients, isConflict, isConnectionLost } from './failures.ts';
import type { Bulk, TransactionConnection } from './kysely-parts.ts';
import { kyselyOn, refuseStream } from './kysely-parts.ts';
import type { DatabaseKind } from './migrations/index.ts';
import type { Database, Tx } from './port.ts';
import type { Tables } from './tables.ts';

/** One write transaction's hold of the database; what differs between the two is behind it. */
export interface WriteSession {
  begin(): Promise<number>;
  run(query: CompiledQuery): Promise<QueryResult<unknown>>;
  /** A statement without values or rows. */
  command(text: string): Promise<void>;
  bulk(bulks: readonly Bulk[]): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  release(): void;
}

const repetitions = 5;

/** Runs transactions on the sessions of one database, again where that can help, and lets it be closed between them. */
export function createTransact(kind: DatabaseKind, acquire: () => Promise<WriteSession>) {
  const inside = new AsyncLocalStorage<{ open: boolean }>();
  const running = new Set<Promise<unknown>>();
  let closing = false;

  async function once<T>(work: (tx: Tx, nowMs: number) => Promise<T>): Promise<T> {
    const session = await acquire();
    const own = { open: true };
    try {
      const nowMs = await session.begin();
      const guard = guarded(session);
      const tx: Tx = new Transaction<Tables>(kyselyOn(kind, guard.connection));
      try {
        const result = await inside.run(own, () => work(tx, nowMs));
        guard.end();
        await session.commit();
        return result;
      } catch (error) {
        guard.markEnded();
        await session.rollback();
        throw error;
      }
    } finally {
      own.open = false;
      session.release();
    }
  }

  async function again<T>(work: (tx: Tx, nowMs: number) => Promise<T>): Promise<T> {
    for (let repeated = 0; ; repeated++) {
      try {
        return await once(work);
      } catch (error) {
        const unknownOutcome = error instanceof CommitLost;
        const helps = isConflict(error) || (isConnectionLost(error) && !unknownOutcome);
        if (!helps || repeated === repetitions) throw forClients(error, unknownOutcome ? 'at commit' : 'before commit');
        // 10, 20 … 160 ms on average: two that met once shall not meet again, and a restarting PostgreSQL gets a moment.
        await wait(10 * 2 ** repeated * (0.5 + Math.random()));
      }
    }
  }

  return {
    transaction: <T>(work: (tx: Tx, nowMs: number) => Promise<T>): Promise<T> => {
      if (closing) return Promise.reject(closed());
      if (inside.getStore()?.open === true) {
        // With one writer the inner one would wait for the outer for ever.
        return Promise.reject(new Error("transaction() was called inside another transaction's work; pass on its tx, or use nested()."));
      }
      const result = again(work);
      running.add(result);
      const forget = () => running.delete(result);
      result.then(forget, forget);
      return result;
    },
    get closing() {
      return closing;
    },
    async close(): Promise<void> {
      closing = true;
      await Promise.allSettled(running);
    },
  } satisfies Pick<Database, 'transaction' | 'close'> & { closing: boolean };
}

export const closed = () =>
  new ContractError('NotReady', 'The database is being closed.', { next: 'Try again when the server has started anew.' });

/** The connection broke after `commit` was sent: only the database knows. */
export class CommitLost extends Error {}

/** Gives both databases PostgreSQL's rule: after a failed statement nothing runs and nothing is kept, until a savepoint is rolled back to. */
function guarded(session: WriteSession): { connection: TransactionConnection; end(): void; markEnded(): void } {
  let ended = false;
  let failure: { error: unknown } | undefined;
  const spoiled = () =>
    new Error('A statement of this transaction failed and was not dealt with by nested(): nothing is kept.', { cause: failure?.error });

  async function run<T>(act: () => Promise<T>): Promise<T> {
    if (ended) throw new Error('This transaction has ended; a statement of it was not awaited, or its tx was kept.');
    if (failure !== undefined) throw spoiled();
    try {
      return await act();
    } catch (error) {
      failure ??= { error };
      throw error;
    }
  }

  return {
    connection: {
      executeQuery: <R>(query: CompiledQuery) => run(() => session.run(query)) as Promise<QueryResult<R>>,
      streamQuery: refuseStream,
      bulk: (bulks) => run(() => session.bulk(bulks)),
      async nested(part) {
        // One name is enough: an inner savepoint of the same name hides the outer one until it is released, in both databases.
        await run(() => session.command('savepoint nested'));
        try {
          const result = await part();
          await run(() => session.command('release savepoint nested'));
          return result;
        } catch (error) {
          if (isConnectionLost(error)) throw error;
          failure = undefined;
          try {
            await run(() => session.command('rollback to savepoint nested'));
            await run(() => session.command('release savepoint nested'));
          } catch {
            // The whole transaction is gone (SQLite rolls it back itself when the disk is full): the first failure is the one to tell.
            failure = { error };
          }
          throw error;
        }
      },
    },
    end() {
      if (failure !== undefined) throw spoiled();
      ended = true;
    },
    markEnded() {
      ended = true;
    },
  };
}
