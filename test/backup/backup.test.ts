import { getJob, getOutputFile, submitJobs } from '@diraclab/contract';
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestLocation } from '../../server/src/database/testing.ts';
import type { TestLocation } from '../../server/src/database/testing.ts';
import { allJobs, isFull, processesNaming, runServer, until, untilFinal, useRealServers } from '../grid/real-server.ts';
import type { RealServer } from '../grid/real-server.ts';

const { start, newDirectory } = useRealServers();

const submit = async ({ call }: RealServer, script: string, idempotencyKey: string): Promise<number> =>
  (await call(submitJobs, { body: { description: { executable: '/bin/sh', arguments: ['-c', script] }, idempotencyKey } })).jobIds[0] ?? 0;

const output = async ({ call }: RealServer, jobId: number): Promise<string> =>
  (await call.download(getOutputFile, { params: { jobId }, query: { path: 'std.out' } })).text();

/** The server and whatever it started, and its disk. */
async function loseMachine(server: RealServer): Promise<void> {
  await server.kill();
  for (const pid of processesNaming(server.dataDirectory)) process.kill(pid, 'SIGKILL');
  await until('all of it gone', () => (processesNaming(server.dataDirectory).length === 0 ? true : undefined));
  rmSync(server.dataDirectory, { recursive: true, force: true });
}

const filesIn = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

async function backUp(data: string, into: string): Promise<string> {
  const { code, err, out } = await runServer(['backup', into, '--data', data]);
  expect([code, err]).toEqual([0, '']);
  return out;
}

/**
 * A new machine with the name and the folders of the old one sees at once that the pilot died with it. On any other that is known only by its
 * silence, 150 s after the start: `npm run test:full` waits for it.
 */
const placeAnew = (old: string): string => (isFull ? join(newDirectory(), 'data') : old);

/** Alice has one job that is done, one that runs, and jobs that wait behind it. */
async function aliceWorks(server: RealServer, ledger: string) {
  const done = await submit(server, 'echo the answer', 'done');
  await untilFinal(server, done);
  const running = await submit(server, `echo begin >> ${ledger}; while [ ! -e ${ledger}.go ]; do sleep 0.1; done; echo finished`, 'running'); // prettier-ignore
  await until('it runs', () => (existsSync(ledger) ? true : undefined));
  const waiting = [await submit(server, 'echo waited', 'waiting-1'), await submit(server, 'echo waited', 'waiting-2')];
  return { done, running, waiting };
}

async function mustBeAllThere(server: RealServer, jobs: Awaited<ReturnType<typeof aliceWorks>>, ledger: string): Promise<void> {
  const ids = [jobs.done, jobs.running, ...jobs.waiting];
  expect((await allJobs(server)).map(({ jobId }) => jobId)).toEqual(ids);
  expect(await output(server, jobs.done)).toBe('the answer\n');
  // An answer that was lost with the machine: the same key asks again, and is the same job.
  expect(await submit(server, 'echo waited', 'waiting-1')).toBe(jobs.waiting[0]);
  writeFileSync(`${ledger}.go`, '');
  for (const jobId of ids) expect([jobId, (await untilFinal(server, jobId, isFull ? 240_000 : 60_000)).status]).toEqual([jobId, 'Done']);
  expect((await server.call(getJob, { params: { jobId: jobs.running } })).attempt).toBe(2);
  expect(await output(server, jobs.running)).toBe('finished\n');
  const fresh = await submit(server, 'echo new', 'new');
  expect(ids).not.toContain(fresh);
  expect((await untilFinal(server, fresh)).status).toBe('Done');
}

describe('a backup', () => {
  it('made while a job runs: the machine is lost, and elsewhere every job is there, outputs too; the one that ran is tried again', async () => {
    const [place, backup] = [newDirectory(), join(newDirectory(), 'backup')];
    const server = await start(['--slots', '1']);
    const jobs = await aliceWorks(server, join(place, 'ledger'));
    expect(await backUp(server.dataDirectory, backup)).toContain('sandbox files are in');
    await loseMachine(server);

    expect(statSync(backup).mode & 0o777).toBe(0o700);
    for (const file of filesIn(backup)) expect([file, statSync(file).mode & 0o777]).toEqual([file, 0o600]);
    const elsewhere = placeAnew(server.dataDirectory);
    expect(await runServer(['restore', backup, '--data', elsewhere])).toMatchObject({ code: 0, err: '' });
    await mustBeAllThere(await start(['--slots', '1'], elsewhere), jobs, join(place, 'ledger'));
    expect(readFileSync(join(place, 'ledger'), 'utf8')).toBe('begin\nbegin\n');
  }, 300_000);

  it('of a server that is busy with submissions has all that was acknowledged before it, and takes only what is new the next time', async () => {
    const backup = newDirectory();
    const server = await start(['--slots', '2']);
    const first = await submit(server, 'echo one', 'first');
    await untilFinal(server, first);
    await backUp(server.dataDirectory, backup);
    const kept = new Map(filesIn(join(backup, 'sandboxes')).map((file) => [file, statSync(file).ino]));
    expect(kept.size).toBeGreaterThan(0);

    let isOver = false;
    const acknowledged = [first];
    const busy = (async () => {
      for (let n = 0; !isOver; n += 1) acknowledged.push(await submit(server, `echo ${n}`, `busy-${n}`));
    })();
    await until('it is busy', () => (acknowledged.length > 20 ? true : undefined));
    const before = [...acknowledged];
    await backUp(server.dataDirectory, backup);
    isOver = true;
    await busy;
    for (const [file, inode] of kept) expect(statSync(file).ino).toBe(inode);

    const data = join(newDirectory(), 'data');
    expect((await runServer(['restore', backup, '--data', data])).err).toBe('');
    await server.stop();
    const restored = await start(['--no-local-site'], data);
    const there = new Set((await allJobs(restored)).map(({ jobId }) => jobId));
    expect(before.filter((jobId) => !there.has(jobId))).toEqual([]);
    expect(await output(restored, first)).toBe('one\n');
    // A row promises bytes: whatever is done in the copy has its output there.
    for (const { jobId, status } of await allJobs(restored)) if (status === 'Done') expect(await output(restored, jobId)).toMatch(/\n$/);
  }, 300_000);

  it('is refused where it would overwrite something, and so is a restore into a directory that is used, or of what is damaged', async () => {
    const [backup, foreign] = [newDirectory(), newDirectory()];
    writeFileSync(join(foreign, 'thesis.tex'), 'years');
    const server = await start();
    await untilFinal(server, await submit(server, 'echo one', 'one'));
    const said = async (...words: string[]): Promise<string> => {
      const { code, err } = await runServer(words);
      expect(code).toBe(1);
      return err;
    };
    expect(await said('backup', foreign, '--data', server.dataDirectory)).toContain('is neither empty nor a backup. Choose an empty');
    expect(await said('backup', backup, '--data', join(foreign, 'none'))).toContain('There is no data directory');
    expect(await said('restore', backup, '--data', join(foreign, 'new'))).toContain('holds no complete backup');
    await backUp(server.dataDirectory, backup);
    for (const used of [server.dataDirectory, foreign]) expect(await said('restore', backup, '--data', used)).toContain('is not empty');
    expect(await said('restore', backup)).toContain('restore needs --data NEW');
    expect(readdirSync(foreign)).toEqual(['thesis.tex']);

    // Not a link to the server's own file: that one must stay whole.
    const [file = ''] = filesIn(join(backup, 'sandboxes'));
    const text = readFileSync(file);
    rmSync(file);
    writeFileSync(file, text);
    appendFileSync(file, 'x');
    expect(await said('restore', backup, '--data', join(foreign, 'new'))).toContain('is damaged: its sha256 is another');
    expect(existsSync(join(foreign, 'new', 'diraclab.sqlite'))).toBe(false);
    // The next backup mends it.
    await backUp(server.dataDirectory, backup);
    expect((await runServer(['restore', backup, '--data', join(foreign, 'again')])).err).toBe('');
  }, 60_000);
});

const postgresTools = ['pg_dump', 'pg_restore'].every((tool) => spawnSync(tool, ['--version']).status === 0);

(postgresTools ? describe : describe.skip)('a backup of PostgreSQL by its own tools', () => {
  const places: TestLocation[] = [];
  afterEach(async () => {
    for (const { remove } of places.splice(0)) await remove();
  });
  async function newDatabase(): Promise<string> {
    const place = await makeTestLocation('postgres');
    places.push(place);
    return place.location.kind === 'postgres' ? place.location.url : '';
  }
  const run = (tool: string, ...words: string[]): void => {
    const { status, stderr } = spawnSync(tool, words, { encoding: 'utf8' });
    expect([tool, status, stderr]).toEqual([tool, 0, '']);
  };

  it('made while a job runs, in the order that the how-to names: restored elsewhere every job is there, outputs too', async () => {
    const [place, backup] = [newDirectory(), newDirectory()];
    const url = await newDatabase();
    const server = await start(['--slots', '1', '--database', url]);
    const jobs = await aliceWorks(server, join(place, 'ledger'));
    const copyFiles = (): void => run('cp', '-a', join(server.dataDirectory, 'sandboxes'), join(server.dataDirectory, 'token'), backup);
    copyFiles();
    run('pg_dump', '--format=custom', '--file', join(backup, 'tables.dump'), url);
    copyFiles();
    expect((await runServer(['backup', newDirectory(), '--data', server.dataDirectory, '--database', url])).err).toContain('operate.md');
    await loseMachine(server);

    const [newUrl, data] = [await newDatabase(), placeAnew(server.dataDirectory)];
    mkdirSync(data, { mode: 0o700 });
    run('pg_restore', '--exit-on-error', '--no-owner', '--dbname', newUrl, join(backup, 'tables.dump'));
    run('cp', '-a', join(backup, 'sandboxes'), join(backup, 'token'), data);
    await mustBeAllThere(await start(['--slots', '1', '--database', newUrl], data), jobs, join(place, 'ledger'));
  }, 300_000);
});
