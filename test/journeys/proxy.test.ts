import { getOutputFile, submitJobs, uploadProxy } from '@diraclab/contract';
import { existsSync } from 'node:fs';
import { fileOf, TestCa } from '../../server/src/credentials/testing.ts';
import { untilFinal, useRealServers } from '../grid/real-server.ts';

const { start } = useRealServers();

it('a job that asks for a proxy finds it in a file that only its owner reads; it comes back with no output, and is gone afterwards', async () => {
  const server = await start();
  const ca = new TestCa();
  try {
    const alice = ca.person('alice');
    await server.call(uploadProxy, { body: { pem: fileOf(ca.proxy('alice', alice), alice) } });
  } finally {
    ca.remove();
  }
  const script = 'echo "$X509_USER_PROXY"; stat -c %a "$X509_USER_PROXY"; grep -c "PRIVATE KEY" "$X509_USER_PROXY"; echo done > out.txt';
  const description = { executable: '/bin/sh', arguments: ['-c', script], proxy: true, outputSandbox: ['**', '.*', '*'] };
  const { jobIds } = await server.call(submitJobs, { body: { description } });
  const job = await untilFinal(server, jobIds[0] ?? 0);
  expect(job).toMatchObject({ status: 'Done', exitCode: 0 });
  expect(job.outputs.map(({ path }) => path).sort()).toEqual(['out.txt', 'std.err', 'std.out']);
  const said = await server.call.download(getOutputFile, { params: { jobId: job.jobId }, query: { path: 'std.out' } });
  const [path = '', mode, keys] = (await said.text()).split('\n');
  expect([path.startsWith('/'), mode, keys]).toEqual([true, '600', '2']);
  expect(existsSync(path)).toBe(false);
  expect(server.log()).not.toContain('PRIVATE KEY');
});
