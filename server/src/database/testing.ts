import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import type { DatabaseLocation } from './open.ts';
import { openDatabase } from './open.ts';
import type { Database, DatabaseKind } from './port.ts';

export const testPostgresUrl = process.env['DIRACLAB_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

export interface OpenForTest {
  /** A fresh, migrated database; with a location the one that is there. Closed and removed after the test. */
  (location?: DatabaseLocation): Promise<Database>;
  /** Where a fresh one would be, for stories that open it more than once or in another process. */
  location(): Promise<DatabaseLocation>;
  /** Runs after the test, before its databases are closed and removed; what was named last runs first. */
  before(end: () => Promise<void>): void;
}

/**
 * The same stories on SQLite (a file in a temporary folder) and PostgreSQL (a temporary database of its own). Where PostgreSQL does not
 * answer, its stories are skipped with a loud line; with CI=true that fails.
 */
export function describeBothDatabases(title: string, stories: (open: OpenForTest, kind: DatabaseKind) => void): void {
  describeDatabase('sqlite', title, stories);
  describeDatabase('postgres', title, stories);
}

export function describeDatabase(kind: DatabaseKind, title: string, stories: (open: OpenForTest, kind: DatabaseKind) => void): void {
  const run = kind === 'sqlite' || postgresAnswers() ? describe : describe.skip;
  run(`${title} (${kind})`, () => {
    const ends: (() => Promise<void>)[] = [];
    const opened: Database[] = [];
    const made: TestLocation[] = [];
    afterEach(async () => {
      for (const end of ends.reverse().splice(0)) await end();
      await Promise.all(opened.splice(0).map((database) => database.close()));
      await Promise.all(made.splice(0).map(({ remove }) => remove()));
    });
    const location = async () => {
      const place = await makeTestLocation(kind);
      made.push(place);
      return place.location;
    };
    const open = async (at?: DatabaseLocation) => {
      const database = await openDatabase(at ?? (await location()));
      opened.push(database);
      return database;
    };
    stories(Object.assign(open, { location, before: (end: () => Promise<void>) => void ends.push(end) }), kind);
  });
}

export interface TestLocation {
  location: DatabaseLocation;
  remove(): Promise<void>;
}

/** Also for stories of the whole house and benchmarks, which start the server on it. */
export async function makeTestLocation(kind: DatabaseKind): Promise<TestLocation> {
  if (kind === 'sqlite') {
    const folder = await mkdtemp(join(tmpdir(), 'diraclab-db-'));
    return { location: { kind, path: join(folder, 'diraclab.db') }, remove: () => rm(folder, { recursive: true, force: true }) };
  }
  const name = `diraclab_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await onTestPostgres(`create database ${name} template template0 encoding 'UTF8'`);
  const url = new URL(testPostgresUrl);
  url.pathname = `/${name}`;
  return { location: { kind, url: url.href }, remove: () => onTestPostgres(`drop database if exists ${name} with (force)`) };
}

/** One statement from outside, on the server's own database unless another is named. */
export async function onTestPostgres(text: string, url = testPostgresUrl): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

let answers: boolean | undefined;

function postgresAnswers(): boolean {
  answers ??= connects(new URL(testPostgresUrl));
  if (answers) return true;
  const said = `No PostgreSQL answers at ${new URL(testPostgresUrl).host} (DIRACLAB_TEST_POSTGRES)`;
  if (process.env['CI'] === 'true') throw new Error(`${said}, and with CI=true it must.`);
  process.stderr.write(`\n*** SKIPPED: ${said}; stories on PostgreSQL are skipped. ***\n\n`);
  return false;
}

/** Stories are listed without waiting, so the question is asked in a thread and waited for here. */
function connects({ hostname, port }: URL): boolean {
  const answer = new Int32Array(new SharedArrayBuffer(4));
  const ask = `const { workerData: { answer, host, port } } = require('node:worker_threads');
    const tell = (value) => { Atomics.store(answer, 0, value); Atomics.notify(answer, 0); process.exit(); };
    require('node:net').connect({ host, port }).on('connect', () => tell(1)).on('error', () => tell(2)).setTimeout(3000, () => tell(2));`;
  const worker = new Worker(ask, { eval: true, workerData: { answer, host: hostname, port: Number(port || 5432) } });
  Atomics.wait(answer, 0, 0, 5_000);
  void worker.terminate();
  return Atomics.load(answer, 0) === 1;
}
