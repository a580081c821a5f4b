import { firstTables } from './0001-jobs.ts';
import { cleaning } from './0002-cleaning.ts';
import { accounting } from './0003-accounting.ts';
import { service } from './0004-service.ts';
import { registry } from './0005-registry.ts';
import { matching } from './0006-matching.ts';

export type DatabaseKind = 'sqlite' | 'postgres';

export interface Migration {
  version: number;
  name: string;
  /** Statements, run in order in one transaction. */
  statements(kind: DatabaseKind): string[];
}

/** In order; never edited after a release, only added to. */
export const migrations: readonly Migration[] = [firstTables, cleaning, accounting, service, registry, matching];
