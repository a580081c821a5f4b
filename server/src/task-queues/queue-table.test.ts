import { submitJobs } from '@diraclab/contract';
import { sql } from 'kysely';
import { setTimeout as wait } from 'node:timers/promises';
import type { Database, Db } from '../database/port.ts';
import { describeBothDatabases } from '../database/testing.ts';
import { describeGrid } from '../testing/test-grid.ts';
import { createQueueTable } from './queue-table.ts';
import type { QueueTable } from './queue-table.ts';
import { requirementsOf } from './requirements.ts';
import { addToQueues, findOrMakeQueues } from './task-queue-store.ts';

const anywhere = { vo: 'v', site: 'S', platform: 'p', tags: ['GPU'], processors: 1, ramMB: 1000, cpuTimeLeftS: 1_000_000 };
const idsFor = (table: QueueTable): number[] => [...table.candidates(anywhere).all].map(({ taskQueueId }) => taskQueueId);
const alice = { vo: 'v', ownerGroup: 'g', owner: 'alice' };

const makeQueue = (database: Database, tags: string[], waiting: number): Promise<number> =>
  database.transaction(async (tx) => {
    const [id = 0] = await findOrMakeQueues(tx, [{ owner: alice, requirements: requirementsOf({ executable: 'x', tags }) }]);
    await addToQueues(tx, new Map([[id, waiting]]));
    return id;
  });

describeBothDatabases('the queues in memory', (open) => {
  it('a change that was read already before it is told does not make a queue vanish in which jobs wait', async () => {
    const database = await open();
    const plain = await makeQueue(database, [], 2);
    const table = await createQueueTable(database);
    // One of the two is claimed; before its claimer tells, another queue fills and somebody reads them all.
    await database.transaction((tx) => addToQueues(tx, new Map([[plain, -1]])));
    const tagged = await makeQueue(database, ['GPU'], 1);
    expect(await table.refresh()).toBe(true);
    await table.apply(new Map([[plain, -1]]), []);
    expect(idsFor(table)).toEqual([plain, tagged]);
  });

  it('a claim that found nothing, because others held the rows, does not hide a queue in which jobs wait', async () => {
    const database = await open();
    const [full, empty] = [await makeQueue(database, [], 1), await makeQueue(database, ['GPU'], 1)];
    const table = await createQueueTable(database);
    await database.transaction((tx) => addToQueues(tx, new Map([[empty, -1]])));
    await Promise.all([table.foundEmpty(full), table.foundEmpty(empty)]);
    expect(idsFor(table)).toEqual([full]);
  });

  it('what cannot be read after a commit is read before the next pilot is told *nothing*', async () => {
    const location = await open.location();
    const [database, another] = [await open(location), await open(location)];
    const id = await makeQueue(another, [], 1);
    let reader: () => Db = () => database.read;
    const table = await createQueueTable(Object.create(database, { read: { get: () => reader() } }) as Database);
    await database.transaction((tx) => addToQueues(tx, new Map([[id, -1]])));
    await table.foundEmpty(id);
    reader = () => {
      throw new Error('PostgreSQL went away');
    };
    await database.transaction((tx) => addToQueues(tx, new Map([[id, 1]])));
    expect(await table.apply(new Map([[id, 1]]), [])).toBe(true);
    reader = () => database.read;
    expect(await table.refresh()).toBe(true);
    expect(idsFor(table)).toHaveLength(1);
  });
});

// SQLite has one writer: nobody else holds a row while a claim runs.
const onPostgres = ['postgres'] as const;
const story = (start: Parameters<Parameters<typeof describeGrid>[1]>[0]): void => {
  it('is matched as soon as that one lets go, though nothing about it changed', async () => {
    const { call, pilot, database } = await start();
    const { jobIds } = await call(submitJobs, { body: { description: { executable: 'x' } } });
    const node = await pilot();
    // It has no time for anything, but makes the server read the queues' version.
    expect(await node.match({ cpuTimeLeftS: 1 })).toEqual([]);
    await database.transaction(async (tx) => {
      await sql`select job_id from jobs for update`.execute(tx);
      expect(await node.match()).toEqual([]);
      await wait(50);
    });
    expect((await node.match()).map(({ jobId }) => jobId)).toEqual(jobIds);
  });
};
describeGrid('a job that somebody else looks at', story, onPostgres);
