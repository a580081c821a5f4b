import { sql } from 'kysely';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { boxes, columns, door, labels, put, withBoxes } from './conformance.ts';
import type { DatabaseLocation } from './open.ts';
import { insertRows, nested } from './port.ts';
import { describeDatabase } from './testing.ts';

const pathIn = (location: DatabaseLocation) => (location.kind === 'sqlite' ? location.path : '');

describeDatabase('sqlite', 'the SQLite file', (open) => {
  it('is durable, logged ahead, keeps its references, and only its owner may read it', async () => {
    const location = await open.location();
    const database = await open(location);
    const settings = await database.transaction(async (tx) => {
      const names = ['journal_mode', 'synchronous', 'foreign_keys'];
      return Promise.all(names.map(async (name) => Object.values((await sql.raw<object>(`pragma ${name}`).execute(tx)).rows[0] ?? {})[0]));
    });
    expect(settings).toEqual(['wal', 2, 1]);
    const modes = await Promise.all(['', '-wal', '-shm'].map(async (end) => (await stat(pathIn(location) + end)).mode & 0o777));
    expect(modes).toEqual([0o600, 0o600, 0o600]);
  });

  it('serves readers while a writer takes its time, and writers in the order they came', async () => {
    const database = await withBoxes(await open());
    const [began, goOn] = [door(), door()];
    const order: number[] = [];
    const slow = database.transaction(async (tx) => {
      began.open();
      await goOn.opened;
      await put(tx, 0);
      order.push(0);
    });
    await began.opened;
    const others = [1, 2, 3].map((n) => database.transaction((tx) => (order.push(n), put(tx, n))));
    expect(await labels(database.read)).toEqual([]);
    expect(order).toEqual([]);
    goOn.open();
    await Promise.all([slow, ...others]);
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('runs the work again when another program held the file at its begin', async () => {
    const location = await open.location();
    const database = await withBoxes(await open(location));
    await database.transaction((tx) => sql`pragma busy_timeout = 1`.execute(tx));
    const other = new DatabaseSync(pathIn(location));
    other.exec('begin immediate');
    let tries = 0;
    const work = database.transaction(async (tx) => {
      if (++tries === 3) other.exec('rollback');
      await put(tx, 1);
    });
    await work;
    other.close();
    expect(tries).toBeGreaterThanOrEqual(3);
    expect(await labels(database.read)).toEqual(['box 1']);
  });

  it('gives up after five repetitions and says why', async () => {
    const location = await open.location();
    const database = await withBoxes(await open(location));
    await database.transaction((tx) => sql`pragma busy_timeout = 1`.execute(tx));
    const other = new DatabaseSync(pathIn(location));
    other.exec('begin immediate');
    let tries = 0;
    await expect(database.transaction((tx) => (tries++, put(tx, 1)))).rejects.toThrow('database is locked');
    other.close();
    expect(tries).toBe(6);
  });

  it('says StorageFull when the disk is full, keeps nothing of that transaction, and goes on when there is room again', async () => {
    const database = await withBoxes(await open());
    await database.transaction((tx) => put(tx, 1));
    await database.transaction((tx) => sql`pragma max_page_count = 1`.execute(tx));
    const content = new Uint8Array(100_000);
    const big = [[2, 'big', null, content]];
    const full = { code: 'StorageFull', status: 507 };
    await expect(database.transaction((tx) => insertRows(boxes(tx), 'boxes', columns, big))).rejects.toMatchObject(full);
    // SQLite rolls the whole transaction back by itself here: what follows must not run outside it.
    const careless = database.transaction(async (tx) => {
      await put(tx, 3);
      await nested(tx, () => insertRows(boxes(tx), 'boxes', columns, big)).catch(() => undefined);
      await put(tx, 4);
    });
    await expect(careless).rejects.toMatchObject(full);
    const hasty = database.transaction((tx) => Promise.all([insertRows(boxes(tx), 'boxes', columns, big), put(tx, 5)]));
    await expect(hasty).rejects.toMatchObject(full);
    await database.transaction((tx) => sql`pragma max_page_count = 1000000`.execute(tx));
    expect(await labels(database.read)).toEqual(['box 1']);
    await database.transaction((tx) => insertRows(boxes(tx), 'boxes', columns, big));
    expect(await labels(database.read)).toEqual(['box 1', 'big']);
  });
});

describeDatabase('sqlite', 'a SQLite file that cannot be opened', (open) => {
  it('is said to be no database when it is none, and is left as it is', async () => {
    const location = await open.location();
    const text = 'Dear diary, today I was taken for a database. '.repeat(100);
    await writeFile(pathIn(location), text);
    await expect(open(location)).rejects.toMatchObject({
      code: 'NotReady',
      message: expect.stringContaining(`${pathIn(location)} is not a SQLite database`),
    });
    expect(await readFile(pathIn(location), 'utf8')).toBe(text);
  });

  it('is named when its folder is missing, or it is a folder itself', async () => {
    const location = await open.location();
    const folder = pathIn(location);
    await mkdir(folder);
    await expect(open(location)).rejects.toMatchObject({ code: 'NotReady', message: `${folder} is a folder, not a SQLite file.` });
    const nowhere = join(folder, 'missing', 'diraclab.db');
    await expect(open({ kind: 'sqlite', path: nowhere })).rejects.toMatchObject({
      code: 'NotReady',
      message: `The folder of the SQLite file ${nowhere} does not exist.`,
    });
  });

  it.each([
    ['it', 0o444],
    ['its folder', 0o666],
  ])('is named when %s may not be written', async (_what, mode) => {
    const location = await open.location();
    await (await open(location)).close();
    await readOnly(location, mode, async () => {
      await expect(open(location)).rejects.toMatchObject({
        code: 'NotReady',
        message: expect.stringContaining(`The SQLite file ${pathIn(location)} cannot be written`),
        next: expect.stringContaining('right to write'),
      });
    });
  });

  it('is named when another program keeps it locked', async () => {
    const location = await open.location();
    await (await open(location)).close();
    const other = new DatabaseSync(pathIn(location));
    other.exec('pragma locking_mode = exclusive; begin immediate; create table mine (a); commit');
    await expect(open(location)).rejects.toMatchObject({ code: 'NotReady', message: expect.stringContaining('Another program holds') });
    other.close();
  });
});

/** For root no file is read-only by its mode; then the story is played as nobody. */
async function readOnly(location: DatabaseLocation, mode: number, story: () => Promise<void>): Promise<void> {
  const path = pathIn(location);
  await chmod(path, mode);
  await chmod(dirname(path), 0o555);
  const nobody = 65_534;
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(nobody);
  try {
    await story();
  } finally {
    if (root) process.seteuid?.(0);
    await chmod(dirname(path), 0o755);
  }
}
