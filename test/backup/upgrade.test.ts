import { getJob, getOutputFile, submitJobs } from '@diraclab/contract';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { migrate } from '../../server/src/database/migrate.ts';
import { migrations } from '../../server/src/database/migrations/index.ts';
import { openDatabase } from '../../server/src/database/open.ts';
import { createSqlite } from '../../server/src/database/sqlite.ts';
import { hashToken } from '../../server/src/identity/laptop.ts';
import { insertPilot } from '../../server/src/pilots/pilot-store.ts';
import { allJobs, root, until, untilFinal, useRealServers } from '../grid/real-server.ts';
import type { RealServer } from '../grid/real-server.ts';

const { start, newDirectory } = useRealServers();
const pilots: ChildProcess[] = [];
afterEach(() => {
  for (const pilot of pilots.splice(0)) pilot.kill('SIGKILL');
});

/** A pilot that no server started, as on a worker node. */
async function preparePilot(data: string): Promise<{ start(): void }> {
  const token = `dlpilot_${randomBytes(32).toString('base64url')}`;
  await using database = await openDatabase({ kind: 'sqlite', path: join(data, 'diraclab.sqlite') });
  const pilot = { pilotStamp: randomBytes(8).toString('hex'), tokenHash: hashToken(token), site: 'DIRAC.Test.org', computingElement: 'ce', host: 'wn1', vo: 'laptop', slots: 1 }; // prettier-ignore
  await database.transaction((tx, nowMs) => insertPilot(tx, pilot, nowMs));
  return {
    start() {
      const work = join(data, 'worker-node');
      mkdirSync(work);
      const words = [join(root, 'pilot/dist/pilot.cjs'), '--work-dir', work, '--slots', '1', '--data', data];
      const child = spawn(process.execPath, words, { stdio: ['pipe', 'ignore', 'ignore'] });
      child.stdin.end(`${token}\n`);
      pilots.push(child);
    },
  };
}

/** The same rows in the tables of one version ago. */
async function makeOlder(path: string): Promise<void> {
  const newer = `${path}.newer`;
  renameSync(path, newer);
  const older = await createSqlite(path);
  await migrate(older, migrations.slice(0, -1));
  await older.close();
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  db.prepare('attach ? as newer').run(newer);
  const names = (text: string): string[] => db.prepare(text).all().map((row) => String(row['name'])); // prettier-ignore
  const columns = (schema: string, table: string) => names(`select name from pragma_table_info('${table}', '${schema}')`);
  db.exec('begin');
  for (const table of names(`select name from main.sqlite_master where type = 'table' and name not like 'sqlite_%'`)) {
    const known = columns('newer', table);
    const common = columns('main', table).filter((name) => known.includes(name)).join(', '); // prettier-ignore
    if (table === 'schema_migrations' || common === '') continue;
    db.exec(`delete from main.${table}; insert into main.${table} (${common}) select ${common} from newer.${table}`);
  }
  db.exec('commit');
  db.close();
}

const versionOf = (path: string): number => {
  const db = new DatabaseSync(path, { readOnly: true });
  const row = db.prepare('select max(version) as version from schema_migrations').get();
  db.close();
  return Number(row?.['version']);
};

const submit = async ({ call }: RealServer, script: string): Promise<number> =>
  (await call(submitJobs, { body: { description: { executable: '/bin/sh', arguments: ['-c', script] } } })).jobIds[0] ?? 0;
const output = async ({ call }: RealServer, jobId: number): Promise<string> =>
  (await call.download(getOutputFile, { params: { jobId }, query: { path: 'std.out' } })).text();

// That an older server leaves a newer database alone is told in server/src/database/migrate.test.ts.
describe('an upgrade', () => {
  it('while a job runs on a worker node: the new server brings the tables up to date, the job finishes there, nothing is run twice', async () => {
    const data = newDirectory();
    const tables = join(data, 'diraclab.sqlite');
    const go = join(newDirectory(), 'go');
    const pilot = await preparePilot(data);
    const old = await start(['--no-local-site'], data);
    pilot.start();
    const done = await submit(old, 'echo before');
    await untilFinal(old, done);
    const running = await submit(old, `echo begin; touch ${go}.begun; while [ ! -e ${go} ]; do sleep 0.1; done; echo end`);
    await until('it runs', () => (existsSync(`${go}.begun`) ? true : undefined));
    const waiting = await submit(old, 'echo after');
    expect(await old.stop()).toBe(0);
    await makeOlder(tables);
    const latest = migrations.at(-1)?.version ?? 0;
    expect(versionOf(tables)).toBeLessThan(latest);

    const upgraded = await start(['--no-local-site'], data);
    expect(versionOf(tables)).toBe(latest);
    expect((await allJobs(upgraded)).map(({ jobId }) => jobId)).toEqual([done, running, waiting]);
    expect(await output(upgraded, done)).toBe('before\n');
    writeFileSync(go, '');
    for (const jobId of [running, waiting]) expect(await untilFinal(upgraded, jobId, 60_000)).toMatchObject({ status: 'Done', attempt: 1 });
    expect(await output(upgraded, running)).toBe('begin\nend\n');
    expect(await output(upgraded, waiting)).toBe('after\n');
    expect((await upgraded.call(getJob, { params: { jobId: done } })).attempt).toBe(1);
  }, 120_000);

  it("of a laptop's server ends its own pilot with it: the job that ran starts again in the new one", async () => {
    const go = join(newDirectory(), 'go');
    const old = await start(['--slots', '1']);
    const running = await submit(old, `touch ${go}.begun; while [ ! -e ${go} ]; do sleep 0.1; done; echo end`);
    await until('it runs', () => (existsSync(`${go}.begun`) ? true : undefined));
    expect(await old.stop()).toBe(0);
    await makeOlder(join(old.dataDirectory, 'diraclab.sqlite'));
    writeFileSync(go, '');
    const upgraded = await start(['--slots', '1'], old.dataDirectory);
    expect(await untilFinal(upgraded, running, 60_000)).toMatchObject({ status: 'Done', attempt: 2 });
  }, 120_000);
});
