import { getInputFile, getJob, getOutputFile, peekJob, submitJobs, uploadSandboxFile } from '@diraclab/contract';
import type { Client } from '@diraclab/contract';
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describeGrid, ranWell } from '../testing/test-grid.ts';

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');

async function upload(call: Client, text: string): Promise<string> {
  const digest = digestOf(text);
  await call.upload(uploadSandboxFile, { params: { digest } }, { data: Buffer.from(text), sizeBytes: Buffer.byteLength(text) });
  return digest;
}

describeGrid('the size of a sandbox file', (start) => {
  // Bytes past an announced length would be read by whoever stands behind the connection as the next answer.
  it('is what the file has, not what a submission says: another is refused', async () => {
    const { call } = await start();
    const digest = await upload(call, 'HTTP/1.1 200 OK\r\n\r\nforged');
    const submit = (sizeBytes: number) =>
      call(submitJobs, { body: { description: { executable: 'x', inputSandbox: [{ path: 'a', digest, sizeBytes }] } } });
    await expect(submit(5)).rejects.toMatchObject({ code: 'BadRequest', message: expect.stringContaining('25 bytes') as string });
    const { jobIds } = await submit(25);
    const answer = await call.download(getInputFile, { params: { jobId: jobIds[0] ?? 0 }, query: { path: 'a' } });
    expect(await answer.text()).toBe('HTTP/1.1 200 OK\r\n\r\nforged');
  });

  it.each([[3], [3000]])(
    'is what the file has, not what a pilot says (%i): it is given whole, and reading it comes to an end',
    async (said) => {
      const grid = await start();
      const { jobIds } = await grid.call(submitJobs, { body: { description: { executable: 'x' } } });
      const jobId = jobIds[0] ?? 0;
      const node = await grid.pilot();
      const [job] = await node.match();
      if (job === undefined) throw new Error('nothing matched');
      const digest = await upload(node.call, 'all of it\n');
      const report = ranWell(job);
      report.statuses[2]?.end?.outputs.push({ path: 'std.out', digest, sizeBytes: said });
      await node.report(report);
      expect((await grid.call(getJob, { params: { jobId } })).outputs).toEqual([{ path: 'std.out', digest, sizeBytes: 10 }]);
      const answer = await grid.call.download(getOutputFile, { params: { jobId }, query: { path: 'std.out' } });
      expect(await answer.text()).toBe('all of it\n');
      expect(await grid.call(peekJob, { params: { jobId }, query: {} })).toMatchObject({ text: 'all of it\n', complete: true });
    },
  );

  it('whose bytes are gone from the disk is said in words, and by every door that gives them', async () => {
    const grid = await start();
    const digest = await upload(grid.call, 'precious');
    const inputSandbox = [{ path: 'a', digest, sizeBytes: 8 }];
    const { jobIds } = await grid.call(submitJobs, { body: { description: { executable: 'x', inputSandbox } } });
    const jobId = jobIds[0] ?? 0;
    const node = await grid.pilot();
    const [job] = await node.match();
    if (job === undefined) throw new Error('nothing matched');
    const report = ranWell(job);
    report.statuses[2]?.end?.outputs.push({ path: 'std.out', digest, sizeBytes: 8 });
    await node.report(report);
    await rm(join(grid.dataDirectory, 'sandboxes', digest.slice(0, 2), digest));
    const gone = { code: 'NotFound', message: expect.stringContaining(digest) as string };
    await expect(grid.call.download(getInputFile, { params: { jobId }, query: { path: 'a' } })).rejects.toMatchObject(gone);
    await expect(grid.call(peekJob, { params: { jobId }, query: {} })).rejects.toMatchObject(gone);
  });
});
