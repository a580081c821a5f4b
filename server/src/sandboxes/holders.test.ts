import { submitJobs, uploadSandboxFile } from '@diraclab/contract';
import { createHash } from 'node:crypto';
import { withPeople } from '../testing/sign-in.ts';
import { describeGrid, ranWell } from '../testing/test-grid.ts';

const hello = { executable: '/bin/echo' };

describeGrid('whose a sandbox file is', (start) => {
  it("a digest is no way to another's file: not in a submission, and not in a pilot's report", async () => {
    const grid = await start();
    const as = await withPeople(grid);
    const [alice, anna, bob] = [await as('alice', 'vo-a', 'a_user'), await as('anna', 'vo-a', 'a_shared'), await as('bob', 'vo-b', 'b_user')]; // prettier-ignore
    const digest = createHash('sha256').update('secret').digest('hex');
    const description = { ...hello, inputSandbox: [{ path: 'in', digest, sizeBytes: 6 }] };
    await alice.call.upload(uploadSandboxFile, { params: { digest } }, { data: Buffer.from('secret'), sizeBytes: 6 });
    await alice.call(submitJobs, { body: { description } });
    for (const other of [anna, bob])
      await expect(other.call(submitJobs, { body: { description } })).rejects.toMatchObject({ code: 'MissingSandboxFile' });
    await bob.call(submitJobs, { body: { description: hello } });
    const node = await grid.pilot('DIRAC.Test.local', 'vo-b');
    const [job] = await node.match();
    if (job === undefined) throw new Error('nothing matched');
    const report = ranWell(job);
    report.statuses[2]?.end?.outputs.push({ path: 'std.out', digest, sizeBytes: 6 });
    expect((await node.report(report)).jobs).toMatchObject([{ outcome: 'refused', sequence: 2 }]);
  });
});
