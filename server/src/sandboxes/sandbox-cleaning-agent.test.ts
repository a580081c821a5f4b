import { deleteJobs, findMissingFiles, getInputFile, killJobs, submitJobs, uploadSandboxFile } from '@diraclab/contract';
import { createHash } from 'node:crypto';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { door } from '../database/conformance.ts';
import type { Database } from '../database/port.ts';
import { createJobCleaningAgent } from '../jobs/job-cleaning-agent.ts';
import { describeGrid, ranWell } from '../testing/test-grid.ts';
import type { TestGrid } from '../testing/test-grid.ts';
import { createFileBytes } from './file-bytes.ts';
import { createSandboxCleaningAgent, unusedKeptMs } from './sandbox-cleaning-agent.ts';
import { holdFiles } from './sandbox-rows.ts';
import { laptopUser } from '../identity/laptop.ts';
import { holderOf } from './sandbox-rows.ts';
import { createSandboxStore } from './sandbox-store.ts';

const deletedKeptMs = 7 * 86_400_000;
const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');
const directoryOf = (grid: TestGrid) => join(grid.dataDirectory, 'sandboxes');

async function send({ call }: TestGrid, text: string): Promise<string> {
  const digest = digestOf(text);
  await call.upload(uploadSandboxFile, { params: { digest } }, { data: Buffer.from(text), sizeBytes: Buffer.byteLength(text) });
  return digest;
}

const submitWith = ({ call }: TestGrid, digest: string, text: string) =>
  call(submitJobs, {
    body: { description: { executable: 'x', inputSandbox: [{ path: 'in', digest, sizeBytes: Buffer.byteLength(text) }] } },
  });

const age = (database: Database, ms = unusedKeptMs + 1000) =>
  database.transaction(async (tx) => void (await tx.updateTable('sandbox_files').set((eb) => ({ stored_ms: eb('stored_ms', '-', ms) })).execute())); // prettier-ignore

function agentOf(grid: TestGrid): () => Promise<void> {
  const store = createSandboxStore(grid.database, createFileBytes(directoryOf(grid)), join(directoryOf(grid), 'incoming'), 1_000_000);
  return createSandboxCleaningAgent(grid.database, store, createFileBytes(directoryOf(grid)), join(directoryOf(grid), 'incoming'));
}

async function onDisk(grid: TestGrid): Promise<string[]> {
  const names = await readdir(directoryOf(grid), { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile()).map(({ name }) => name).sort(); // prettier-ignore
}

describeGrid('cleaning of sandboxes', (start) => {
  it('files that no job refers to go after a day; inputs and outputs of jobs stay, and a young file does', async () => {
    const grid = await start();
    const [input, output, unused] = [await send(grid, 'input'), await send(grid, 'output'), await send(grid, 'unused')];
    await submitWith(grid, input, 'input');
    const node = await grid.pilot();
    const [job] = await node.match();
    if (job === undefined) throw new Error('nothing matched');
    const report = ranWell(job);
    report.statuses[2]?.end?.outputs.push({ path: 'std.out', digest: output, sizeBytes: 6 });
    await node.report(report);
    await agentOf(grid)();
    expect(await onDisk(grid)).toEqual([input, output, unused].sort());
    await age(grid.database);
    const young = await send(grid, 'young');
    await agentOf(grid)();
    expect(await onDisk(grid)).toEqual([input, output, young].sort());
    expect(await grid.call(findMissingFiles, { body: { digests: [input, unused] } })).toEqual({ missing: [unused] });
  });

  it('a file whose last job was cleaned has a day more; whoever asks for it begins the day anew', async () => {
    const grid = await start();
    const digest = await send(grid, 'input');
    const { jobIds } = await submitWith(grid, digest, 'input');
    await grid.call(killJobs, { body: { jobIds } });
    await grid.call(deleteJobs, { body: { jobIds } });
    await age(grid.database);
    await grid.database.transaction(async (tx) => void (await tx.updateTable('jobs').set((eb) => ({ last_update_ms: eb('last_update_ms', '-', deletedKeptMs + 1000) })).execute())); // prettier-ignore
    await createJobCleaningAgent(grid.database, () => undefined, deletedKeptMs)();
    await agentOf(grid)();
    expect(await onDisk(grid)).toEqual([digest]);
    await age(grid.database);
    expect(await grid.call(findMissingFiles, { body: { digests: [digest] } })).toEqual({ missing: [] });
    await agentOf(grid)();
    expect(await onDisk(grid)).toEqual([digest]);
    await age(grid.database);
    await agentOf(grid)();
    expect(await onDisk(grid)).toEqual([]);
  });

  it('what a killed server left, an unfinished upload and bytes without a row, goes in time', async () => {
    const grid = await start();
    const kept = await send(grid, 'kept');
    await submitWith(grid, kept, 'kept');
    const orphan = digestOf('orphan');
    for (const [folder, name] of [
      ['incoming', 'half'],
      ['incoming', 'fresh'],
      [orphan.slice(0, 2), orphan],
    ] as const) {
      // prettier-ignore
      await mkdir(join(directoryOf(grid), folder), { recursive: true });
      await writeFile(join(directoryOf(grid), folder, name), 'orphan');
      if (name !== 'fresh') await utimes(join(directoryOf(grid), folder, name), 1, 1);
    }
    await utimes(join(directoryOf(grid), kept.slice(0, 2), kept), 1, 1);
    const clean = agentOf(grid);
    for (let pass = 0; pass < 16; pass += 1) await clean();
    expect(await onDisk(grid)).toEqual([kept, 'fresh'].sort());
  });

  it('a submission that refers to a file at the moment it would be removed has its file, or is told that it is missing', async () => {
    const grid = await start();
    let [kept, told] = [0, 0];
    for (let round = 0; round < 15; round += 1) {
      const text = `round ${round}`;
      const digest = await send(grid, text);
      await age(grid.database);
      const clean = agentOf(grid);
      const [submitted] = await Promise.allSettled([submitWith(grid, digest, text), clean()]);
      if (submitted.status === 'rejected') {
        expect(submitted.reason).toMatchObject({ code: 'MissingSandboxFile' });
        told += 1;
        continue;
      }
      await clean();
      const answer = await grid.call.download(getInputFile, { params: { jobId: submitted.value.jobIds[0] ?? 0 }, query: { path: 'in' } });
      expect(await answer.text()).toBe(text);
      kept += 1;
    }
    expect(kept + told).toBe(15);
  });

  it('a transaction that has looked at a file keeps it until it is over, and what it then refers to stays', async () => {
    const grid = await start();
    const digest = await send(grid, 'held');
    await age(grid.database);
    const clean = agentOf(grid);
    const looked = door();
    const cleaned = looked.opened.then(clean);
    await grid.database.transaction(async (tx) => {
      expect((await holdFiles(tx, [digest])).get(digest)).toBe(4);
      looked.open();
      await new Promise((resolve) => setTimeout(resolve, 100));
      const { description_id } = await tx.insertInto('descriptions').values({ body: '{}' }).returning('description_id').executeTakeFirstOrThrow(); // prettier-ignore
      await tx.insertInto('description_files').values({ description_id, digest }).execute();
    });
    await cleaned;
    await clean();
    expect(await grid.call(findMissingFiles, { body: { digests: [digest] } })).toEqual({ missing: [] });
    expect(await onDisk(grid)).toEqual([digest]);
  });

  it('the same file sent again while it is removed is there afterwards, row and bytes', async () => {
    const grid = await start();
    // The server's own store and the agent's must be one: uploads and removals take turns there.
    const store = createSandboxStore(grid.database, createFileBytes(directoryOf(grid)), join(directoryOf(grid), 'incoming'), 1_000_000);
    const clean = createSandboxCleaningAgent(grid.database, store, createFileBytes(directoryOf(grid)), join(directoryOf(grid), 'incoming'));
    const holder = holderOf(laptopUser());
    for (let round = 0; round < 15; round += 1) {
      const bytes = Buffer.from(`again ${round}`);
      const digest = digestOf(bytes.toString());
      await store.take(digest, Readable.from([bytes]), bytes.length, holder);
      await age(grid.database);
      await Promise.all([clean(), store.take(digest, Readable.from([bytes]), bytes.length, holder), clean()]);
      const { missing } = await grid.call(findMissingFiles, { body: { digests: [digest] } });
      expect(missing).toEqual([]);
      expect((await store.read(digest, 0, 100)).toString()).toBe(bytes.toString());
    }
  });
});
