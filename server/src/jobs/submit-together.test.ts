import { ContractError } from '@diraclab/contract';
import type { Submission } from '@diraclab/contract';
import { sql } from 'kysely';
import type { Database } from '../database/port.ts';
import { describeBothDatabases } from '../database/testing.ts';
import { laptopUser } from '../identity/laptop.ts';
import { loadQueues } from '../task-queues/task-queue-store.ts';
import type { SubmittedInQueue } from './insert-submissions.ts';
import { readDescriptions, readJobs } from './job-store.ts';
import { submitTogether } from './submit-job.ts';

const caller = laptopUser();
const hello = { executable: '/bin/echo' };

async function submit(database: Database, ...submissions: Submission[]): Promise<(SubmittedInQueue | ContractError)[]> {
  const asked = submissions.map((submission) => ({ submission, caller }));
  return database.transaction((tx, nowMs) => submitTogether(tx, asked, nowMs));
}

function taken(result: SubmittedInQueue | ContractError | undefined): SubmittedInQueue {
  if (result === undefined || result instanceof ContractError) throw result ?? new Error('no answer');
  return result;
}

describeBothDatabases('submissions that share a transaction', (open) => {
  it('each gets its own description, name, group and queue, and the rows that listeners hear of are those of the database', async () => {
    const database = await open();
    const results = await submit(
      database,
      { description: { ...hello, jobName: 'alice', jobGroup: 'a' } },
      { description: { ...hello, jobName: 'bob {x}', jobGroup: 'b', tags: ['GPU'] }, parameters: [{ x: 1 }, { x: 2 }] },
      { description: { ...hello, jobGroup: 'a' } },
    );
    const rows = results.flatMap((result) => taken(result).rows);
    expect(rows.map(({ job_name, job_group }) => `${job_name} ${job_group}`)).toEqual(['alice a', 'bob 1 b', 'bob 2 b', 'echo a']);
    const ids = results.flatMap((result) => taken(result).jobIds);
    expect((await readJobs(database.read, ids)).map((row) => ({ ...row }))).toEqual(rows);
    const descriptions = await readDescriptions(
      database.read,
      rows.map((row) => row.description_id),
    );
    expect(rows.map((row) => descriptions.get(row.description_id)?.jobName)).toEqual(['alice', 'bob {x}', 'bob {x}', undefined]);
    expect((await loadQueues(database.read)).map(({ requirements, waiting }) => [requirements.tags, waiting])).toEqual(
      expect.arrayContaining([[[], 2], [['GPU'], 2]]), // prettier-ignore
    );
    const counts = await sql<{ job_group: string; n: number }>`select job_group, n from group_counts order by job_group`.execute(
      database.read,
    );
    expect(counts.rows.map(({ job_group, n }) => `${job_group} ${n}`)).toEqual(['a 2', 'b 2']);
  });

  it('one that is refused takes no neighbour down', async () => {
    const database = await open();
    const inputSandbox = [{ path: 'in.txt', digest: 'ab'.repeat(32), sizeBytes: 2 }];
    const [first, refused, last] = await submit(
      database,
      { description: hello },
      { description: { ...hello, inputSandbox } },
      { description: hello },
    );
    expect(refused).toMatchObject({ code: 'MissingSandboxFile' });
    expect(await readJobs(database.read, [...taken(first).jobIds, ...taken(last).jobIds])).toHaveLength(2);
  });

  it('the same key twice makes one job; for something else it is refused; both still hold in the next transaction', async () => {
    const database = await open();
    const keyed: Submission = { description: hello, idempotencyKey: 'scan' };
    const other: Submission = { ...keyed, description: { executable: '/bin/false' } };
    const results = await submit(database, keyed, keyed, other);
    const { jobIds } = taken(results[0]);
    expect(results).toMatchObject([
      { repeated: false },
      { jobIds, repeated: true, taskQueueId: undefined, rows: [] },
      { code: 'KeyReused' },
    ]);
    expect(await submit(database, keyed, other)).toMatchObject([{ jobIds, repeated: true }, { code: 'KeyReused' }]);
    expect((await database.read.selectFrom('jobs').select('job_id').execute()).map(({ job_id }) => job_id)).toEqual(jobIds);
  });

  it('many rows tell that much changed, and a queue that was empty raises the version', async () => {
    const database = await open();
    const version = async () => (await database.read.selectFrom('matching_state').select('version').executeTakeFirstOrThrow()).version;
    const [bulk] = await submit(database, { description: hello, parameters: Array.from({ length: 101 }, (_, x) => ({ x })) });
    expect(taken(bulk).rows).toEqual([]);
    expect(taken(bulk).jobIds).toHaveLength(101);
    expect(await version()).toBe(1);
    await submit(database, { description: hello });
    expect(await version()).toBe(1);
  });
});
