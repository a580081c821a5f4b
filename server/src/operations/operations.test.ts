import {
  cancelOperation, getJob, getOperation, getOperationResults, hasEnded, listOperations, searchJobs, startOperation, submitJobs, undoOperation,
} from '@diraclab/contract'; // prettier-ignore
import type { BulkOperation, Condition, OperationBody } from '@diraclab/contract';
import { openDatabase } from '../database/open.ts';
import type { Database, Tx } from '../database/port.ts';
import { laptopUser } from '../identity/laptop.ts';
import { describeGrid, ranWell } from '../testing/test-grid.ts';
import type { TestGrid } from '../testing/test-grid.ts';
import { createOperationCleaningAgent, operationsKeptMs } from './operation-cleaning-agent.ts';
import { runSlice } from './run-slice.ts';
import { startOperation as begin } from './start-operation.ts';

const waiting: Condition[] = [{ field: 'status', operator: 'eq', values: ['Waiting'] }];

async function submitted(grid: TestGrid, n: number): Promise<number[]> {
  const parameters = Array.from({ length: n }, (_, i) => ({ i }));
  return (await grid.call(submitJobs, { body: { description: { executable: 'x' }, parameters } })).jobIds;
}

const started = (grid: TestGrid, body: OperationBody) => grid.call(startOperation, { body });
const look = (grid: TestGrid, { operationId }: BulkOperation) => grid.call(getOperation, { params: { operationId } });

async function ended(grid: TestGrid, operation: BulkOperation): Promise<BulkOperation> {
  for (;;) {
    const now = await look(grid, operation);
    if (hasEnded(now.state)) return now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const totalOf = async (grid: TestGrid, status: string) =>
  (await grid.call(searchJobs, { body: { where: [{ field: 'status', operator: 'eq', values: [status] }], limit: 1 } })).total;

describeGrid('bulk operations', (start, kind) => {
  it('kills all that a query holds for, without the exceptions, in slices; says what was refused and why', async () => {
    const grid = await start();
    const jobIds = await submitted(grid, 2100);
    const node = await grid.pilot();
    const done = await node.match({ slots: 3 });
    await node.report(...done.map((job) => ranWell(job)));
    const [, , , left = 0] = jobIds;
    const where: Condition[] = [{ field: 'jobId', operator: 'gt', values: [0] }];
    const operation = await started(grid, { act: 'kill', where, except: [left], delayS: 0 });
    expect(operation).toMatchObject({ act: 'kill', total: 2099, undoUntilTime: null });
    const end = await ended(grid, operation);
    expect(end).toMatchObject({
      state: 'Done',
      accepted: 2096,
      refused: 3,
      refusals: [{ reason: 'it is Done, which cannot become Killed', count: 3, jobIds: jobIds.slice(0, 3) }],
    });
    expect([await totalOf(grid, 'Killed'), await totalOf(grid, 'Waiting')]).toEqual([2096, 1]);
    expect((await grid.call(listOperations, { query: {} })).operations).toEqual([end]);
  });

  it('tells what became of each job, page by page, and of the refused ones alone', async () => {
    const grid = await start();
    const jobIds = await submitted(grid, 5);
    const operation = await ended(grid, await started(grid, { act: 'release', jobIds: [...jobIds, 999_999] }));
    const { operationId } = operation;
    const page = (query: object) => grid.call(getOperationResults, { params: { operationId }, query });
    const first = await page({ limit: 4 });
    const second = await page({ limit: 4, after: first.next });
    expect([...first.results, ...second.results].map(({ jobId }) => jobId)).toEqual([...jobIds, 999_999]);
    expect(second.next).toBeNull();
    expect(await page({ refused: 'true' })).toEqual({
      results: [{ jobId: 999_999, outcome: 'refused', reason: 'there is no such job' }],
      next: null,
    });
    await expect(page({ after: 'x' })).rejects.toMatchObject({ code: 'BadRequest' });
  });

  it('a kill of many waits ten seconds and can be taken back; of one it does not wait', async () => {
    const grid = await start();
    const jobIds = await submitted(grid, 3);
    const operation = await started(grid, { act: 'kill', where: waiting });
    expect(operation.state).toBe('Delayed');
    expect(Date.parse(operation.undoUntilTime ?? '') - Date.parse(operation.requestTime)).toBe(10_000);
    const { operationId } = operation;
    expect(await grid.call(undoOperation, { params: { operationId } })).toMatchObject({ state: 'Undone', accepted: 0 });
    expect(await grid.call(undoOperation, { params: { operationId } })).toMatchObject({ state: 'Undone' });
    expect(await totalOf(grid, 'Waiting')).toBe(3);
    const one = await ended(grid, await started(grid, { act: 'kill', jobIds: jobIds.slice(0, 1) }));
    expect(one).toMatchObject({ state: 'Done', accepted: 1, undoUntilTime: null });
    await expect(grid.call(undoOperation, { params: { operationId: one.operationId } })).rejects.toMatchObject({
      code: 'IllegalTransition',
      message: expect.stringContaining('1 jobs were changed') as string,
    });
  });

  it('means the jobs of the moment: one that starts to run while a kill waits is killed, one that is submitted then is not', async () => {
    const grid = await start();
    const [jobId = 0] = await submitted(grid, 2);
    const operation = await started(grid, { act: 'kill', where: waiting, delayS: 60 });
    await (await grid.pilot()).match();
    const [later = 0] = await submitted(grid, 1);
    await passes(grid.database, operation);
    await ended(grid, operation);
    expect(await grid.call(getJob, { params: { jobId } })).toMatchObject({ status: 'Matched', minorStatus: 'Marked for termination' });
    expect(await grid.call(getJob, { params: { jobId: later } })).toMatchObject({ status: 'Waiting' });
  });

  it('a key that is sent twice starts one operation', async () => {
    const grid = await start();
    await submitted(grid, 2);
    const body: OperationBody = { act: 'hold', where: waiting, idempotencyKey: 'k' };
    const [one, two] = await Promise.all([started(grid, body), started(grid, body)]);
    expect(one.operationId).toBe(two.operationId);
    await expect(started(grid, { ...body, act: 'release' })).rejects.toMatchObject({ code: 'KeyReused' });
    await ended(grid, one);
    expect((await started(grid, body)).operationId).toBe(one.operationId);
  });

  it('goes on where a server that died has left it: every job once, nothing counted twice', async () => {
    const grid = await start();
    await submitted(grid, 2500);
    await grid.restart();
    // As another server would have done it, up to its end.
    const row = await begin(grid.database, { act: 'prioritise', priority: 7, where: waiting, delayS: 60 }, laptopUser());
    const operation = { operationId: row.operation_id } as BulkOperation;
    await grid.database.transaction((tx) => due(tx, operation.operationId));
    await grid.database.transaction(runSlice);
    await grid.restart();
    expect(await ended(grid, operation)).toMatchObject({ state: 'Done', total: 2500, accepted: 2500, refused: 0 });
    const lines = await grid.database.read
      .selectFrom('job_log')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('source', 'like', '%priority%')
      .executeTakeFirstOrThrow();
    expect(Number(lines.n)).toBe(2500);
  });

  it('a slice that fails leaves no trace: neither in the jobs nor in the operation', async () => {
    const grid = await start();
    await submitted(grid, 10);
    const row = await begin(grid.database, { act: 'hold', where: waiting, delayS: 60 }, laptopUser());
    const half = grid.database.transaction(async (tx, nowMs) => {
      await due(tx, row.operation_id);
      await runSlice(tx, nowMs);
      throw new Error('killed before the commit');
    });
    await expect(half).rejects.toThrow('killed before the commit');
    expect(await look(grid, { operationId: row.operation_id } as BulkOperation)).toMatchObject({ state: 'Delayed', accepted: 0 });
    expect((await grid.call(searchJobs, { body: { where: [{ field: 'minorStatus', operator: 'eq', values: ['Held'] }] } })).total).toBe(0);
  });

  it('is stopped where it is when it is cancelled', async () => {
    const grid = await start();
    await submitted(grid, 1500);
    const row = await begin(grid.database, { act: 'hold', where: waiting, delayS: 60 }, laptopUser());
    const { operation_id: operationId } = row;
    await grid.database.transaction(async (tx, nowMs) => {
      await due(tx, operationId);
      await runSlice(tx, nowMs);
      // Before anybody else sees that it is due.
      await tx
        .updateTable('bulk_operations')
        .set({ start_ms: nowMs + 60_000 })
        .where('operation_id', '=', operationId)
        .execute();
    });
    await expect(grid.call(undoOperation, { params: { operationId } })).rejects.toMatchObject({
      code: 'IllegalTransition',
      message: expect.stringContaining('1,000 jobs were changed') as string,
    });
    expect(await grid.call(cancelOperation, { params: { operationId } })).toMatchObject({
      state: 'Cancelled',
      accepted: 1000,
      total: 1500,
    });
    await expect(grid.call(undoOperation, { params: { operationId } })).rejects.toMatchObject({ code: 'IllegalTransition' });
    expect((await grid.call(searchJobs, { body: { where: [{ field: 'minorStatus', operator: 'eq', values: ['Held'] }] } })).total).toBe(
      1000,
    );
  });

  it('two servers share the work of one and of many, and each job is done once', async () => {
    const grid = await start();
    await submitted(grid, 3000);
    if (kind === 'sqlite') return expect(await totalOf(grid, 'Waiting')).toBe(3000); // One server a file.
    const { read } = grid.database;
    const { rows } = await read.executeQuery<{ name: string }>({ sql: 'select current_database() as name', parameters: [] } as never);
    const other = await openDatabase({ kind: 'postgres', url: urlOf(rows[0]?.name ?? '') });
    try {
      const operations = await Promise.all(
        [1, 2, 3].map((priority) => started(grid, { act: 'prioritise', priority: priority + 3, where: waiting })),
      );
      const pass = async () => {
        while ((await other.transaction(runSlice)) !== undefined);
      };
      await Promise.all([pass(), pass(), ...operations.map((operation) => ended(grid, operation))]);
      for (const operation of operations) expect(await look(grid, operation)).toMatchObject({ state: 'Done', accepted: 3000, refused: 0 });
    } finally {
      await other.close();
    }
  });

  it('is another’s for everybody else, and goes after its week', async () => {
    const grid = await start();
    await submitted(grid, 3);
    const mine = await ended(grid, await started(grid, { act: 'hold', where: waiting }));
    await begin(grid.database, { act: 'hold', where: waiting }, { ...laptopUser(), owner: 'bob', properties: new Set(['NormalUser']) });
    const [all] = await grid.database.read.selectFrom('bulk_operations').select('operation_id').where('owner', '=', 'bob').execute();
    expect((await grid.call(listOperations, { query: {} })).operations.map(({ operationId }) => operationId)).toEqual([mine.operationId]);
    // Bob has no jobs: nothing was chosen, and it has ended with that.
    expect(
      await grid.database.read
        .selectFrom('operation_jobs')
        .select('job_id')
        .where('operation_id', '=', all?.operation_id ?? 0)
        .execute(),
    ).toEqual([]);
    await grid.database.transaction(async (tx) => void (await tx.updateTable('bulk_operations').set((eb) => ({ end_ms: eb('end_ms', '-', operationsKeptMs + 1000) })).execute())); // prettier-ignore
    await createOperationCleaningAgent(grid.database)();
    for (const table of ['operation_jobs', 'bulk_operations'] as const)
      expect(await grid.database.read.selectFrom(table).select('operation_id').execute()).toEqual([]);
    await expect(look(grid, mine)).rejects.toMatchObject({ code: 'NotFound' });
  });
});

async function due(tx: Tx, operationId: number): Promise<void> {
  await tx.updateTable('bulk_operations').set({ start_ms: 1, state: 'Running' }).where('operation_id', '=', operationId).execute();
}

/** As if its delay were over. */
async function passes(database: Database, { operationId }: BulkOperation): Promise<void> {
  await database.transaction((tx) => due(tx, operationId));
}

function urlOf(name: string): string {
  const url = new URL(process.env['DIRACLAB_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/postgres');
  url.pathname = `/${name}`;
  return url.href;
}
