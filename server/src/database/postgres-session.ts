import type { CompiledQuery, QueryResult } from 'kysely';
import type pg from 'pg';
import { isConnectionLost } from './failures.ts';
import type { StatementNames } from './postgres-statement-names.ts';
import type { ColumnTypes } from './postgres-unnest.ts';
import { unnestStatements, valuesByColumn } from './postgres-unnest.ts';
import type { WriteSession } from './transact.ts';
import { CommitLost } from './transact.ts';

const sliceRows = 1_000;
const counted = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

export async function runOn(
  client: pg.ClientBase,
  { sql, parameters }: CompiledQuery,
  nameOf: StatementNames,
): Promise<QueryResult<unknown>> {
  const name = nameOf(sql);
  const { command, rowCount, rows } = await client.query({ text: sql, values: [...parameters], ...(name === undefined ? {} : { name }) });
  return counted.has(command) ? { rows, numAffectedRows: BigInt(rowCount ?? 0) } : { rows };
}

export function createPostgresSession(client: pg.PoolClient, nameOf: StatementNames, columnTypes: ColumnTypes): WriteSession {
  let broken = false;
  // Statements that a transaction issues without awaiting each run one after the other, as in SQLite's thread.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const mine = last.then(act, act);
    last = mine;
    return mine;
  };

  return {
    async begin() {
      // Two statements in one message: the clock costs no round trip.
      const results = (await inTurn(() =>
        client.query('begin; select floor(extract(epoch from now()) * 1000) as now_ms'),
      )) as unknown as pg.QueryResult<{ now_ms: number }>[];
      return results[1]?.rows[0]?.now_ms ?? Number.NaN;
    },
    run: (query) => inTurn(() => runOn(client, query, nameOf)),
    async command(text) {
      await inTurn(() => client.query(text));
    },
    bulk: (bulks) =>
      inTurn(async () => {
        const types = new Map<string, ReadonlyMap<string, string>>();
        for (const { table } of bulks) types.set(table, await columnTypes(client, table));
        const longest = Math.max(...bulks.map(({ rows }) => rows.length));
        // A slice of each at a time would need none to rely on another's next slice: only short ones go together.
        const groups = longest <= sliceRows ? [bulks] : bulks.map((bulk) => [bulk]);
        for (const group of groups) {
          const text = unnestStatements(group, types);
          const name = nameOf(text);
          const length = Math.max(...group.map(({ rows }) => rows.length));
          for (let at = 0; at < length; at += sliceRows) {
            const values = group.flatMap(({ keys, columns, rows }) =>
              valuesByColumn(keys.length + columns.length, rows.slice(at, at + sliceRows)),
            );
            await client.query({ text, values, ...(name === undefined ? {} : { name }) });
          }
        }
      }),
    async commit() {
      try {
        const { command } = await inTurn(() => client.query('commit'));
        // PostgreSQL says ROLLBACK when a statement had failed.
        if (command !== 'COMMIT') throw new Error('PostgreSQL rolled the transaction back instead of committing it.');
      } catch (error) {
        if (isConnectionLost(error)) throw new CommitLost('The connection was lost during the commit.', { cause: error });
        throw error;
      }
    },
    async rollback() {
      try {
        await inTurn(() => client.query('rollback'));
      } catch {
        // Not usable any more; PostgreSQL rolls back when the connection ends.
        broken = true;
      }
    },
    release() {
      client.release(broken);
    },
  };
}
