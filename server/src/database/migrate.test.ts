import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { migrate } from './migrate.ts';
import type { Migration } from './migrations/index.ts';
import { migrations } from './migrations/index.ts';
import { describeBothDatabases } from './testing.ts';

const latest = migrations.at(-1)?.version ?? 0;
const addShelves: Migration = {
  version: latest + 1,
  name: 'shelves',
  statements: () => ['create table shelves (shelf_id integer primary key)', 'insert into shelves values (1)'],
};
const broken: Migration = {
  version: latest + 2,
  name: 'broken',
  statements: () => ['create table halves (half integer)', 'insert into nowhere values (1)'],
};

describeBothDatabases('bringing the tables up to date', (open) => {
  it('happens at opening, once, and is written down with its time', async () => {
    const location = await open.location();
    await (await open(location)).close();
    const database = await open(location);
    const { rows } = await sql<{
      version: number;
      name: string;
      applied_ms: number;
    }>`select * from schema_migrations order by version`.execute(database.read);
    expect(rows.map(({ version, name }) => [version, name])).toEqual(migrations.map(({ version, name }) => [version, name]));
    expect(Math.abs((rows[0]?.applied_ms ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await database.read.selectFrom('matching_state').selectAll().execute()).toStrictEqual([
      { only_row: 1, version: 0, policy_version: 0 },
    ]);
  });

  it('is done once by two servers that start at the same time', async () => {
    const location = await open.location();
    const [one, two] = await Promise.all([open(location), open(location)]);
    await Promise.all([one, two].map((database) => migrate(database, [...migrations, addShelves])));
    const { rows } = await sql`select * from shelves`.execute(two.read);
    expect(rows).toHaveLength(1);
  });

  it('keeps what came before a migration that fails, and nothing of it', async () => {
    const database = await open();
    await expect(migrate(database, [...migrations, addShelves, broken])).rejects.toThrow(/nowhere/);
    const { rows } = await sql<{ version: number }>`select max(version) as version from schema_migrations`.execute(database.read);
    expect(rows).toStrictEqual([{ version: latest + 1 }]);
    await expect(sql`select * from halves`.execute(database.read)).rejects.toThrow(/halves/);
  });

  it('leaves a database alone that a newer server made', async () => {
    const location = await open.location();
    const database = await open(location);
    await migrate(database, [...migrations, addShelves]);
    await database.close();
    await expect(open(location)).rejects.toMatchObject({
      code: 'NotReady',
      message: `The database has version ${latest + 1} of the tables; this server knows versions up to ${latest}.`,
    });
  });
});

it('migrations are numbered 1, 2, 3 …, as their files are: one that came late under a lower number would never run', () => {
  const files = readdirSync(join(import.meta.dirname, 'migrations')).filter((file) => /^\d/.test(file));
  expect(migrations.map(({ version, name }) => `${String(version).padStart(4, '0')}-${name}.ts`)).toEqual(files.sort());
  expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, i) => i + 1));
});
