import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from '../database/port.ts';
import { describeBothDatabases } from '../database/testing.ts';
import { createLogger } from '../logger.ts';
import { LocalSite } from './local-site.ts';

/** A pilot that only lives, and says so; what it does with jobs is told in the pilot's own stories. */
const idlePilot = `require('node:fs').writeFileSync(process.argv[process.argv.indexOf('--work-dir') + 1] + '/lives', String(process.pid)); setInterval(() => {}, 1000);`;

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let i = 0; i < 200; i += 1) {
    if (await holds()) return;
    await wait(50);
  }
  throw new Error(`never: ${what}`);
}

describeBothDatabases('this machine as a site', (open) => {
  const ends: (() => Promise<unknown>)[] = [];
  /** The sites end before their database does. */
  const story = (title: string, tell: () => Promise<void>): void =>
    it(title, () =>
      tell().finally(async () => {
        for (const end of ends.reverse().splice(0)) await end();
      }),
    );

  /** The site of one server, with a folder of its own. */
  async function siteOn(database: Database) {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'diraclab-site-'));
    const pilotBundle = join(dataDirectory, 'pilot.cjs');
    await writeFile(pilotBundle, idlePilot);
    const options = { dataDirectory, pilotBundle, vo: 'laptop', slots: 1 };
    const make = (on = database) => {
      const site = new LocalSite(on, options, createLogger('silent'), () => Promise.resolve());
      ends.push(() => site.stop(2_000));
      return site;
    };
    ends.push(() => rm(dataDirectory, { recursive: true, force: true }));
    const pids = async (): Promise<number[]> => {
      const folders = await readdir(join(dataDirectory, 'pilots'), { withFileTypes: true }).catch(() => []);
      const read = folders.filter((entry) => entry.isDirectory()).map(({ name }) => readFile(join(dataDirectory, 'pilots', name, 'lives'), 'utf8').catch(() => '0')); // prettier-ignore
      return (await Promise.all(read)).map(Number).filter((pid) => pid > 0 && isRunning(pid));
    };
    return { make, dataDirectory, pids };
  }

  const pilots = (database: Database) => database.read.selectFrom('pilots').select(['status', 'pid']).orderBy('pilot_id').execute();

  story('two servers on one database keep to their own pilots', async () => {
    const database = await open();
    const [one, two] = [await siteOn(database), await siteOn(database)];
    await one.make().start();
    await until('the first pilot lives', async () => (await one.pids()).length === 1);
    await two.make().start();
    await until('the second pilot lives', async () => (await two.pids()).length === 1);
    expect((await one.pids()).length).toBe(1);
    expect((await pilots(database)).map(({ status }) => status)).toEqual(['Submitted', 'Submitted']);
  });

  story('a server that comes back adopts the pilot of the one before', async () => {
    const database = await open();
    const { make, pids } = await siteOn(database);
    await make().start();
    await until('a pilot lives', async () => (await pids()).length === 1);
    await make().start();
    await wait(700);
    expect(await pids()).toHaveLength(1);
    expect(await pilots(database)).toHaveLength(1);
  });

  story('a pilot that dies while the database is away is still given up when it is back', async () => {
    const database = await open();
    const { make, pids } = await siteOn(database);
    let isAway = false;
    const line = Object.create(database, {
      transaction: { value: (work: Parameters<Database['transaction']>[0]) => (isAway ? Promise.reject(new Error('PostgreSQL went away')) : database.transaction(work)) }, // prettier-ignore
    }) as Database;
    await make(line).start();
    await until('a pilot lives', async () => (await pids()).length === 1);
    isAway = true;
    const [pid = 0] = await pids();
    process.kill(pid, 'SIGKILL');
    await wait(1_200);
    isAway = false;
    await until('it is given up', async () => (await pilots(database))[0]?.status === 'Aborted');
    await until('another lives', async () => (await pids()).length === 1);
  });

  story('a pilot whose number could not be written down is still the only one, and ends with its server', async () => {
    const database = await open();
    const { make, pids } = await siteOn(database);
    let transactions = 0;
    const line = Object.create(database, {
      transaction: {
        value: (work: Parameters<Database['transaction']>[0]) => (++transactions === 2 ? Promise.reject(new Error('PostgreSQL went away')) : database.transaction(work)),
      },
    }) as Database; // prettier-ignore
    const site = make(line);
    await site.start().catch(() => undefined);
    await until('a pilot lives', async () => (await pids()).length === 1);
    await wait(700);
    expect(await pids()).toHaveLength(1);
    await site.stop(2_000);
    await until('it has ended', async () => (await pids()).length === 0);
  });

  story('logs of pilots that are gone do not pile up', async () => {
    const database = await open();
    const { make, pids, dataDirectory } = await siteOn(database);
    await mkdir(join(dataDirectory, 'pilots'));
    for (let i = 0; i < 60; i += 1) {
      const path = join(dataDirectory, 'pilots', `${i}.log`);
      await writeFile(path, 'old');
      await utimes(path, 1000 + i, 1000 + i);
    }
    await make().start();
    await until('a pilot lives', async () => (await pids()).length === 1);
    const logs = (await readdir(join(dataDirectory, 'pilots'))).filter((name) => name.endsWith('.log'));
    expect(logs.length).toBeLessThanOrEqual(20);
    expect(logs).toContain('59.log');
    expect(logs).not.toContain('0.log');
  });
});
