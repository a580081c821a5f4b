import { firstTables } from './0001-jobs.ts';
import { cleaning } from './0002-cleaning.ts';
import { accounting } from './0003-accounting.ts';
import { service } from './0004-service.ts';
import { registry } from './0005-registry.ts';
import { acts } from './0006-acts.ts';
import { identity } from './0007-identity.ts';
import { search } from './0008-search.ts';
import { why } from './0009-why.ts';
import { matching } from './0010-matching.ts';
import { credentials } from './0011-credentials.ts';

export type DatabaseKind = 'sqlite' | 'postgres';

export interface Migration {
  version: number;
  name: string;
  /** Statements, run in order in one transaction. */
  statements(kind: DatabaseKind): string[];
}

/** In order; never edited after a release, only added to. */
export const migrations: readonly Migration[] = [
  firstTables, cleaning, accounting, service, registry, acts, identity, search, why, matching, credentials,
]; // prettier-ignore
