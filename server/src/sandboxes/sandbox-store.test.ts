import { findMissingFiles, getInputFile, submitJobs, uploadSandboxFile } from '@diraclab/contract';
import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { describeGrid } from '../testing/test-grid.ts';
import type { TestGrid } from '../testing/test-grid.ts';

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const send = ({ call }: TestGrid, bytes: Uint8Array, digest = digestOf(bytes)) =>
  call.upload(uploadSandboxFile, { params: { digest } }, { data: bytes, sizeBytes: bytes.length });

describeGrid('sandbox files', (start) => {
  it('are kept once, told to be there, and given back byte by byte to whoever may see the job', async () => {
    const grid = await start();
    const bytes = randomBytes(3_000_000);
    const digest = digestOf(bytes);
    const ask = () => grid.call(findMissingFiles, { body: { digests: [digest] } });
    expect(await ask()).toEqual({ missing: [digest] });
    expect(await send(grid, bytes)).toEqual({ digest, sizeBytes: bytes.length });
    await send(grid, bytes);
    expect(await ask()).toEqual({ missing: [] });
    const inputSandbox = [{ path: 'data/in.bin', digest, sizeBytes: bytes.length }];
    const { jobIds } = await grid.call(submitJobs, { body: { description: { executable: 'x', inputSandbox } } });
    const file = { params: { jobId: jobIds[0] ?? 0 }, query: { path: 'data/in.bin' } };
    expect(digestOf(await (await grid.call.download(getInputFile, file)).bytes())).toBe(digest);
    const [holder, stranger] = [await grid.pilot(), await grid.pilot()];
    await holder.match();
    expect(digestOf(await (await holder.call.download(getInputFile, file)).bytes())).toBe(digest);
    await expect(stranger.call.download(getInputFile, file)).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('bytes that are not what was announced are refused, and nothing stays', async () => {
    const grid = await start({ maxSandboxFileBytes: 1000 });
    const small = Buffer.from('x');
    await expect(send(grid, small, digestOf(Buffer.from('y')))).rejects.toMatchObject({ code: 'DigestMismatch' });
    await expect(send(grid, Buffer.alloc(1001))).rejects.toMatchObject({ code: 'TooLarge' });
    await expect(
      grid.call.upload(uploadSandboxFile, { params: { digest: '../../etc/passwd' } }, { data: small, sizeBytes: 1 }),
    ).rejects.toMatchObject({ code: 'BadRequest' });
    expect(await readdir(join(grid.dataDirectory, 'sandboxes', 'incoming')).catch(() => [])).toEqual([]);
  });

  it('a body without end is cut at the limit', async () => {
    const grid = await start({ maxSandboxFileBytes: 100_000 });
    async function* endless() {
      for (let i = 0; i < 10_000; i += 1) yield Buffer.alloc(10_000);
    }
    const path = grid.address.slice('unix:'.length);
    const status = await new Promise<number>((resolve) => {
      const asked = request(
        {
          socketPath: path,
          method: 'PUT',
          path: `/api/sandbox-files/${digestOf(Buffer.from('z'))}`,
          headers: { authorization: `Bearer ${grid.token}`, 'transfer-encoding': 'chunked' },
        },
        (answer) => resolve(answer.statusCode ?? 0),
      );
      asked.on('error', () => resolve(0));
      void (async () => {
        for await (const chunk of endless()) {
          if (asked.destroyed) return;
          if (!asked.write(chunk)) await new Promise((next) => asked.once('drain', next).once('close', next));
        }
      })();
    });
    expect(status).toBe(413);
    expect(await readdir(join(grid.dataDirectory, 'sandboxes', 'incoming'))).toEqual([]);
  });

  it('an upload that is broken off leaves nothing', async () => {
    const grid = await start();
    const path = grid.address.slice('unix:'.length);
    await new Promise<void>((resolve) => {
      const asked = request({
        socketPath: path,
        method: 'PUT',
        path: `/api/sandbox-files/${digestOf(Buffer.from('q'))}`,
        headers: { authorization: `Bearer ${grid.token}`, 'content-length': '1000000' },
      });
      asked.on('error', () => resolve());
      asked.write(Buffer.alloc(1000), () => setTimeout(() => asked.destroy(new Error('gone')), 100));
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await readdir(join(grid.dataDirectory, 'sandboxes', 'incoming'))).toEqual([]);
  });
});
