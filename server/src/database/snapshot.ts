import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** A file of the database that no server has open. */
export interface SqliteSnapshot {
  /** The newest migration in it. */
  readonly version: number;
  /** Every sandbox file that has a row, by digest. */
  sandboxFiles(): Map<string, number>;
  close(): void;
}

/** The committed state of one moment, while a server works on it: a reader that writes a new file, whom no writer waits for. */
export function copySqlite(from: string, to: string): void {
  rmSync(to, { force: true });
  // An empty file is written into: made here, so that only its owner can read it.
  closeSync(openSync(to, 'wx', 0o600));
  const source = new DatabaseSync(from, { readOnly: true, timeout: 10_000 });
  try {
    source.prepare('vacuum into ?').run(to);
  } finally {
    source.close();
  }
  const copy = openSync(to, 'r+');
  fsyncSync(copy);
  closeSync(copy);
}

/** Throws where the file is damaged or none of ours. */
export function openSnapshot(path: string): SqliteSnapshot {
  const file = new DatabaseSync(path, { readOnly: true, timeout: 10_000 });
  const rows = (text: string) => file.prepare(text).all();
  return {
    version: Number(rows('select max(version) as version from schema_migrations')[0]?.['version']),
    sandboxFiles: () =>
      new Map(rows('select digest, size_bytes from sandbox_files').map((row) => [String(row['digest']), Number(row['size_bytes'])])),
    close: () => file.close(),
  };
}

/** What SQLite finds wrong with a file, in its words; empty where it is sound. */
export function findDamage(path: string): string {
  const file = new DatabaseSync(path, { readOnly: true });
  try {
    const found = file.prepare('pragma integrity_check(3)').all().map((row) => String(row['integrity_check'])).join('; '); // prettier-ignore
    return found === 'ok' ? '' : found;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    file.close();
  }
}
