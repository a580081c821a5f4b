import { getJob, getJobLog, getOutputFile, killJobs, peekJob, submitJobs, uploadSandboxFile } from '@diraclab/contract';
import { createHash } from 'node:crypto';
import { until, untilFinal, useRealServers } from '../grid/real-server.ts';

const { start } = useRealServers();

describe('a job on this machine', () => {
  it('says hello: queued, matched, run, its output brought back byte by byte', async () => {
    const server = await start();
    const { jobIds } = await server.call(submitJobs, { body: { description: { executable: '/bin/echo', arguments: ['Hello world'] } } });
    const jobId = jobIds[0] ?? 0;
    const job = await untilFinal(server, jobId);
    expect(job).toMatchObject({
      status: 'Done',
      minorStatus: 'Execution Complete',
      exitCode: 0,
      endReason: 'exit',
      attempt: 1,
      site: 'DIRAC.Laptop.local',
    });
    expect(await (await server.call.download(getOutputFile, { params: { jobId }, query: { path: 'std.out' } })).text()).toBe(
      'Hello world\n',
    );
    const { entries } = await server.call(getJobLog, { params: { jobId } });
    expect([...new Set(entries.map(({ status }) => status))]).toEqual(['Received', 'Waiting', 'Matched', 'Running', 'Completing', 'Done']);
  });

  it('runs a script of the input sandbox on a file of it, in steps, and brings back what was asked for', async () => {
    const server = await start();
    const send = async (path: string, text: string) => {
      const digest = createHash('sha256').update(text).digest('hex');
      await server.call.upload(uploadSandboxFile, { params: { digest } }, { data: Buffer.from(text), sizeBytes: Buffer.byteLength(text) });
      return { path, digest, sizeBytes: Buffer.byteLength(text) };
    };
    const inputSandbox = [
      await send('count.sh', '#!/bin/sh\nwc -l < "$1" > lines.txt\necho "$NAME counted"\n'),
      await send('data/in.txt', 'a\nb\nc\n'),
    ];
    const { jobIds } = await server.call(submitJobs, {
      body: {
        description: {
          steps: [
            { executable: 'count.sh', arguments: ['data/in.txt'] },
            { executable: 'cat', arguments: ['lines.txt'], logFile: 'second.log' },
          ],
          inputSandbox,
          environment: { NAME: 'alice' },
          outputSandbox: ['*.txt'],
        },
      },
    });
    const job = await untilFinal(server, jobIds[0] ?? 0);
    expect(job.status).toBe('Done');
    const read = async (path: string) =>
      (await server.call.download(getOutputFile, { params: { jobId: job.jobId }, query: { path } })).text();
    expect(await read('std.out')).toContain('alice counted');
    expect((await read('lines.txt')).trim()).toBe('3');
    expect((await read('second.log')).trim()).toBe('3');
  });

  it('shows its output while it runs', async () => {
    const server = await start();
    const { jobIds } = await server.call(submitJobs, {
      body: { description: { executable: '/bin/sh', arguments: ['-c', 'echo first; sleep 6; echo last'] } },
    });
    const params = { jobId: jobIds[0] ?? 0 };
    await until('the first line', async () => ((await server.call(peekJob, { params, query: {} })).text === 'first\n' ? true : undefined));
    await untilFinal(server, params.jobId);
    expect(await server.call(peekJob, { params, query: {} })).toMatchObject({ text: 'first\nlast\n', complete: true });
  });

  it('is killed while it runs, within a moment', async () => {
    const server = await start();
    const { jobIds } = await server.call(submitJobs, {
      body: { description: { executable: '/bin/sh', arguments: ['-c', 'echo begun; sleep 600'] } },
    });
    const params = { jobId: jobIds[0] ?? 0 };
    await until('it runs', async () => ((await server.call(getJob, { params })).minorStatus === 'Application' ? true : undefined));
    await server.call(killJobs, { body: { jobIds } });
    // Far below the 20 s between heartbeats.
    const job = await untilFinal(server, params.jobId, 8_000);
    expect(job).toMatchObject({ status: 'Killed', minorStatus: 'Received Kill signal', endReason: 'killed' });
    expect((await server.call(peekJob, { params, query: {} })).text).toBe('begun\n');
  });

  it('a sweep over many parameters: all run, each with its own', async () => {
    const server = await start(['--slots', '4']);
    const parameters = Array.from({ length: 60 }, (_, n) => ({ n }));
    const { jobIds } = await server.call(submitJobs, {
      body: { description: { executable: '/bin/echo', arguments: ['value {n}'] }, parameters },
    });
    for (const [n, jobId] of jobIds.entries()) {
      expect((await untilFinal(server, jobId)).status).toBe('Done');
      expect((await server.call(peekJob, { params: { jobId }, query: {} })).text).toBe(`value ${n}\n`);
    }
  }, 60_000);
});
