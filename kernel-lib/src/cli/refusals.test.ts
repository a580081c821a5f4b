import {
  type BulkOperation, ContractError, countJobs, getInputFile, getJob, getJobJdl, getOperation, getOutputFile, type Job, type JobDetails, killJobs, searchJobs, startOperation, submitJobs, uploadSandboxFile, findMissingFiles, whoAmI,
} from '@diraclab/contract'; // prettier-ignore
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Io } from './io';
import { runCommand } from './run-command';
import { type Answers, reply, type Reply, startAnswers } from './testing/answers';
import { memoryIo } from './testing/memory-io';

/** A server that says no, breaks off or lies; the commands in this process, over a real socket. */
let server: Answers | undefined;
let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'work-'));
});
afterEach(async () => {
  await server?.stop();
  await rm(cwd, { recursive: true });
});

async function run(replies: Reply[], words: string[], over: Partial<Io> & { input?: string } = {}) {
  await server?.stop();
  server = await startAnswers(replies, undefined);
  const io = memoryIo({ cwd, env: server.env, ...over });
  const [name = '', ...argv] = words;
  const code = await runCommand(name, argv, io);
  return { code, out: io.out(), err: io.err(), calls: server.calls };
}

const instant = '2026-11-22T10:00:00.000Z';
const job: Job = {
  jobId: 7, jobName: 'x', jobGroup: 'g', jobType: 'User', owner: 'alice', ownerGroup: 'users', vo: 'laptop', site: 'ANY', status: 'Done', minorStatus: '',
  applicationStatus: '', priority: 1, cpuTimeS: 1, submissionTime: instant, lastUpdateTime: instant, startExecTime: null, endExecTime: null, heartBeatTime: null,
  rescheduleCounter: 0, attempt: 1, endReason: null, exitCode: 0, cpuTimeUsedS: null, wallTimeUsedS: null, maxRssMB: null, parameters: null,
}; // prettier-ignore
const file = (path: string, text: string) => ({ path, digest: createHash('sha256').update(text).digest('hex'), sizeBytes: text.length });
const details = (over: Partial<JobDetails>): Reply =>
  reply(getJob, () => ({
    ...job,
    description: { executable: '/bin/true' },
    outputs: [],
    attempts: [],
    jobParameters: [],
    killedBy: null,
    ...over,
  }));
const alice = reply(whoAmI, () => ({
  owner: 'alice', ownerGroup: 'users', vo: 'laptop', properties: [],
  personId: null, name: 'alice', tokenId: null, tokenExpiresTime: null, scopes: null, memberships: [],
  server: { version: '0', mode: 'laptop' as const, startTime: instant, maxBulkJobs: 10, maxSandboxFileBytes: 10 },
})); // prettier-ignore
const no = (code: ConstructorParameters<typeof ContractError>[0]) => () => {
  throw new ContractError(code, `the server says ${code}`, { next: 'Do something else.' });
};

describe('what the server says no to', () => {
  it.each([
    ['BadRequest', 2],
    ['NotSignedIn', 5],
    ['NotAllowed', 6],
    ['NeverFits', 1],
    ['NotReady', 7],
    ['ServerFault', 1],
  ] as const)('%s of a submission ends with %i, what it said and what to do', async (code, exitCode) => {
    const ran = await run([reply(submitJobs, no(code))], ['dsub', '/bin/true']);
    expect(ran).toMatchObject({ code: exitCode, out: '', err: `dsub: the server says ${code}\n  Do something else.\n` });
  });

  it('a refused description sends no file; a missing file is sent and the job submitted once more, by the same key', async () => {
    await writeFile(join(cwd, 'big.sh'), '#!/bin/sh\n');
    const lacksAll = reply(findMissingFiles, ({ body }) => ({ missing: body.digests }));
    const refused = await run([reply(submitJobs, no('BadRequest')), lacksAll], ['dsub', './big.sh']);
    expect(refused.calls.map(({ name }) => name)).toEqual(['submitJobs']);

    let sent = false;
    const stored = reply(uploadSandboxFile, ({ params }) => {
      sent = true;
      return { digest: params.digest, sizeBytes: 10 };
    });
    const accept = reply(submitJobs, () =>
      sent
        ? { jobIds: [7], jobGroup: 'g', repeated: false, fits: { now: 0, of: 2 }, warnings: ['It fits \u001b[31mnone.'] }
        : no('MissingSandboxFile')(),
    );
    const ran = await run([accept, stored, lacksAll], ['dsub', './big.sh']);
    expect(ran).toMatchObject({ code: 0, out: '7\n', err: 'dsub: It fits \\x1b[31mnone.\n' });
    const keys = ran.calls
      .filter(({ name }) => name === 'submitJobs')
      .map(({ input }) => (input.body as { idempotencyKey: string }).idempotencyKey);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  it('a JDL that says it is somebody else’s is refused before it is sent', async () => {
    const ran = await run([alice], ['dsub', '-J', 'Executable = "/bin/true"; Owner = bob;']);
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('Wrong Owner in JDL: it says "bob", but you are "alice".') });
    expect(ran.calls.map(({ name }) => name)).toEqual(['whoAmI']);
  });
});

describe('doutput', () => {
  const broken: [string, Partial<JobDetails>, string][] = [
    [
      'other bytes than announced',
      { outputs: [file('std.out', 'right'), file('b', 'x')] },
      'came with 5 of 1 bytes or other ones; nothing was kept',
    ],
    ['a name that leaves the directory', { outputs: [file('../evil', 'right')] }, 'would leave the directory'],
    ['a name twice', { outputs: [file('a', 'right'), file('a', 'right')] }, 'two files named "a"'],
    ['no output at all', { outputs: [], status: 'Killed', minorStatus: 'Marked' }, 'it is Killed (Marked) and has no output'],
  ];
  it.each(broken)('leaves nothing behind with %s', async (_, over, said) => {
    // The contract's own parser would refuse such a name, so the reply goes around it.
    const lying: Reply = {
      route: { ...getJob, returns: undefined },
      does: () => Buffer.from(JSON.stringify({ ...job, description: { executable: '/x' }, attempts: [], ...over })),
    };
    const ran = await run([lying, reply(getOutputFile, () => Buffer.from('right'))], ['doutput', '7']);
    expect(ran).toMatchObject({ out: '', err: expect.stringContaining(said) });
    expect(ran.code).not.toBe(0);
    expect(await readdir(cwd)).toEqual([]);
  });

  it('keeps folders and x bits, and is as open as other directories', async () => {
    const outputs = [
      { ...file('plots/a.png', 'right'), executable: false },
      { ...file('run.sh', 'right'), executable: true },
    ];
    const ran = await run([details({ outputs }), reply(getOutputFile, () => Buffer.from('right'))], ['doutput', '-D', 'all', '7']);
    expect(ran.code).toBe(0);
    expect(await readFile(join(cwd, 'all/7/plots/a.png'), 'utf8')).toBe('right');
    expect((await stat(join(cwd, 'all/7/run.sh'))).mode & 0o100).toBe(0o100);
    expect((await stat(join(cwd, 'all/7'))).mode & 0o777).toBe(0o777 & ~process.umask());
  });

  it('-n never overwrites: then none of the files is written', async () => {
    await writeFile(join(cwd, 'b'), 'mine');
    const replies = [details({ outputs: [file('a', 'right'), file('b', 'right')] }), reply(getOutputFile, () => Buffer.from('right'))];
    expect(await run(replies, ['doutput', '-n', '7'])).toMatchObject({ code: 1, err: expect.stringContaining('nothing was written') });
    expect(await readdir(cwd)).toEqual(['b']);
    expect(await readFile(join(cwd, 'b'), 'utf8')).toBe('mine');
    await rm(join(cwd, 'b'));
    expect(await run(replies, ['doutput', '-n', '7'])).toMatchObject({ code: 0 });
    expect(await readdir(cwd)).toEqual(['a', 'b']);
  });
});

describe('dinput', () => {
  const replies = [
    details({ description: { executable: 'fit.sh', inputSandbox: [{ ...file('fit.sh', 'right'), executable: true }] } }),
    reply(getInputFile, () => Buffer.from('right')),
    reply(getJobJdl, () => ({ jdl: '[\n  Executable = "fit.sh";\n]\n', description: { executable: 'fit.sh' } })),
  ];
  it('brings the files, and with -j the JDL', async () => {
    expect(await run(replies, ['dinput', '-v', '7'])).toMatchObject({ code: 0, out: '7: InputSandbox InputSandbox7\n' });
    expect(await readFile(join(cwd, 'InputSandbox7/fit.sh'), 'utf8')).toBe('right');
    expect(await run(replies, ['dinput', '-j', '7'])).toMatchObject({ code: 0 });
    expect(await readFile(join(cwd, 'InputSandbox7/7.jdl'), 'utf8')).toContain('Executable = "fit.sh";');
    expect(await run(replies, ['dinput', '7'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('Input for job 7 already retrieved'),
    });
  });
});

const operationOf = (more: Partial<BulkOperation>): BulkOperation => ({
  operationId: 5, act: 'kill', priority: null, state: 'Delayed', requestTime: '2026-11-23T10:00:00.000Z', undoUntilTime: null, endTime: null,
  total: 4312, accepted: 0, refused: 0, refusals: [], ...more,
}); // prettier-ignore

describe('dkill -a', () => {
  const replies = [
    alice,
    reply(searchJobs, () => ({ jobs: [{ ...job, jobId: 42 }], total: 3, next: null })),
    reply(countJobs, () => ({ counts: [{ value: 'Running', count: 1 }, { value: 'Waiting', count: 2 }] })), // prettier-ignore
    reply(killJobs, () => ({ successful: [40, 41, 42], failed: [] })),
    reply(startOperation, ({ body }) => operationOf({ undoUntilTime: body.delayS === 0 ? null : '2026-11-23T10:00:10.000Z' })),
    reply(getOperation, () => operationOf({ state: 'Done', accepted: 4309, refused: 3, refusals: [{ reason: 'it is Done', count: 3, jobIds: [7] }] })), // prettier-ignore
  ];
  const killed = (calls: Answers['calls']) => calls.filter(({ name }) => name === 'killJobs');
  const terminal = { stdinIsTty: true, errIsTty: true };

  it('without a terminal wants --yes and does nothing', async () => {
    const ran = await run(replies, ['dkill', '-a']);
    expect(ran).toMatchObject({
      code: 2,
      err: 'dkill: This would kill 3 jobs of alice (1 Running, 2 Waiting).\n  Nobody can be asked here: add --yes to do it.\n',
    });
    expect(killed(ran.calls)).toEqual([]);
  });

  it('asks on a terminal and takes no for an answer', async () => {
    const ran = await run(replies, ['dkill', '-a'], { ...terminal, input: 'no\n' });
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('nothing was done') });
    expect(killed(ran.calls)).toEqual([]);
  });

  it('kills mine that are not final, up to the newest there was when it asked', async () => {
    const ran = await run(replies, ['dkill', '-a', '-v'], { ...terminal, input: 'yes\n' });
    expect(ran).toMatchObject({ code: 0, out: 'killed job 40\nkilled job 41\nkilled job 42\n' });
    expect(killed(ran.calls)[0]?.input.body).toEqual({
      where: [
        { field: 'owner', operator: 'eq', values: ['alice'] },
        { field: 'status', operator: 'notIn', values: ['Done', 'Completed', 'Failed', 'Killed', 'Deleted'] },
        { field: 'jobId', operator: 'lte', values: [42] },
      ],
    });
  });

  it('wants the number typed when there are many', async () => {
    const many = replies.map((one) =>
      one.route === countJobs ? reply(countJobs, () => ({ counts: [{ value: 'Waiting', count: 4312 }] })) : one,
    );
    expect(await run(many, ['dkill', '-a'], { ...terminal, input: 'yes\n' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('kill 4,312 jobs of alice'),
    });
    expect(await run(many, ['dkill', '-a'], { ...terminal, input: '4312\n' })).toMatchObject({
      code: 3,
      err: expect.stringMatching(
        /operation 5: 4,312 jobs; it begins at 10:00:10 UTC[^]*4,309 accepted, 3 refused: 3 because it is Done \(such as 7\)\./,
      ),
    });
    // Where nobody could press Ctrl-C it begins at once.
    const unattended = await run(many, ['dkill', '-a', '-y', '--json']);
    expect(unattended.calls.find(({ name }) => name === 'startOperation')?.input.body).toMatchObject({ act: 'kill', delayS: 0 });
    expect(JSON.parse(unattended.out)).toMatchObject({ v: 1, action: 'kill', operation: { operationId: 5, accepted: 4309 } });
    // An input that ends is no answer.
    expect(await run(many, ['dkill', '-a'], { ...terminal, stdin: Readable.from([]) })).toMatchObject({ code: 1 });
  });
});

describe('dstat', () => {
  it('has no limit: it takes page after page', async () => {
    const rows = Array.from({ length: 2500 }, (_, i) => ({ ...job, jobId: i + 1 }));
    const pages = reply(searchJobs, ({ body }) => {
      const first = Number(body.after ?? 0);
      const end = first + (body.limit ?? 100);
      return { jobs: rows.slice(first, end), total: rows.length, next: end < rows.length ? String(end) : null };
    });
    const ran = await run([alice, pages], ['dstat', '-S', 'all', '--csv', '-F', 'Status']);
    expect(ran.code).toBe(0);
    expect(ran.out.trim().split('\n')).toEqual(['JobID,Status', ...rows.map(({ jobId }) => `${jobId},Done`)]);
  });
});
