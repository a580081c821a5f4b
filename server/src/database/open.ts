import { ContractError } from '@diraclab/contract';
import { migrate } from './migrate.ts';
import type { Database } from './port.ts';
import { createPostgres, readUrl } from './postgres.ts';
import { refusePostgres, refuseSqlite } from './refusals.ts';
import { createSqlite } from './sqlite.ts';

export type DatabaseLocation = { kind: 'sqlite'; path: string } | { kind: 'postgres'; url: string };

/** Opens and brings up to date; what stands in the way is thrown as a ContractError with a sentence and the remedy. */
export async function openDatabase(location: DatabaseLocation): Promise<Database> {
  let database: Database | undefined;
  try {
    database = location.kind === 'sqlite' ? await createSqlite(location.path) : await createPostgres(location.url);
    await migrate(database);
    return database;
  } catch (error) {
    await database?.close();
    if (error instanceof ContractError) throw error;
    throw location.kind === 'sqlite' ? refuseSqlite(error, location.path) : refusePostgres(error, readUrl(location.url));
  }
}
