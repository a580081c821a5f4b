import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { createPilotBench, type RealPilot } from './testing/real-pilot.ts';
import { startTestServer, testToken, type TestServer } from './testing/test-server.ts';

const bench = createPilotBench();
let server: TestServer;
let pilot: RealPilot;
const inheritedFiles = readdirSync('/proc/self/fd').flatMap((fd) => {
  try {
    return [readlinkSync(`/proc/self/fd/${fd}`)];
  } catch {
    return [];
  }
});
const sh = (script: string) => ({ executable: '/bin/sh', arguments: ['-c', script] });

beforeAll(async () => {
  server = await startTestServer();
  pilot = bench.start(['--slots', '4', '--server', server.address], { DIRACLAB_SECRET: 'of-the-pilot' });
});
afterAll(async () => {
  await bench.clear();
  await server.away();
});

describe('a pilot runs jobs', () => {
  it('says hello, and tells each state on the way', async () => {
    const job = server.books.submit({ executable: '/bin/echo', arguments: ['Hello world'] });
    const end = await server.books.ended(job);
    expect(job.statuses.map(({ status, minorStatus }) => `${status}/${minorStatus}`)).toEqual([
      'Running/Job Initialization',
      'Running/Application',
      'Completing/Uploading Output Sandbox',
      'Done/Execution Complete',
    ]);
    expect(end.end).toMatchObject({ reason: 'exit', exitCode: 0 });
    expect(server.books.output(job, 'std.out')).toBe('Hello world\n');
    expect(server.books.output(job, 'std.err')).toBe('');
    expect(job.output.stdout).toBe('Hello world\n');
  });

  it('runs three steps in order, the second into a log file of its own, and removes the directory', async () => {
    const job = server.books.submit({
      steps: [sh('echo one; echo first > made'), { ...sh('cat made; echo oops >&2'), logFile: 'logs/two.log' }, sh('echo three')],
    });
    await server.books.ended(job);
    expect(server.books.output(job, 'std.out')).toBe('one\nthree\n');
    expect(server.books.output(job, 'logs/two.log')).toBe('first\noops\n');
    expect(server.books.output(job, 'std.err')).toBe('');
    await server.books.until(() => !exists(`${pilot.workDirectory}/${job.matched.jobId}.1`));
  });

  it('stops at the first step that fails and keeps its exit code', async () => {
    const job = server.books.submit({ steps: [sh('echo one'), sh('exit 3'), sh('echo three')] });
    const end = await server.books.ended(job);
    expect(end).toMatchObject({ status: 'Failed', minorStatus: 'Application Finished With Errors', end: { reason: 'exit', exitCode: 3 } });
    expect(end.applicationStatus).toBe('step 2 of 3 (/bin/sh) ended with exit code 3');
    expect(server.books.output(job, 'std.out')).toBe('one\n');
  });

  it('tells a payload that a signal ended from one that exited', async () => {
    const end = await server.books.ended(server.books.submit(sh('kill -SEGV $$')));
    expect(end).toMatchObject({
      status: 'Failed',
      applicationStatus: '/bin/sh was ended by SIGSEGV',
      end: { reason: 'signal', exitCode: 139 },
    });
  });

  it('stages input files in, and runs a script that came without the executable bit', async () => {
    const { books } = server;
    const inputSandbox = [
      books.input('run.sh', '#!/bin/sh\ncat data/in.txt; echo "$1"\n'),
      books.input('data/in.txt', 'from the sandbox\n'),
    ];
    const job = books.submit({ executable: 'run.sh', arguments: ['a b  c'], inputSandbox });
    await books.ended(job);
    expect(job.statuses.map(({ minorStatus }) => minorStatus)).toContain('Downloading InputSandbox');
    expect(books.output(job, 'std.out')).toBe('from the sandbox\na b  c\n');
  });

  it('runs a script without #! by the shell', async () => {
    const job = server.books.submit({ executable: './plain', inputSandbox: [server.books.input('plain', 'echo plain\n')] });
    await server.books.ended(job);
    expect(server.books.output(job, 'std.out')).toBe('plain\n');
  });

  it.each(['no-such-command-here', '/no/such/program', './missing.sh', '~/bin/tool'])('says that %s is not found', async (executable) => {
    const end = await server.books.ended(server.books.submit({ executable }));
    expect(end).toMatchObject({ status: 'Failed', minorStatus: 'Application not found', end: { reason: 'notFound', exitCode: 127 } });
    expect(end.applicationStatus).toContain(executable);
  });

  it('does not start a job whose input is not what was announced', async () => {
    const file = server.books.input('in.txt', 'good');
    const job = server.books.submit({ ...sh('echo ran'), inputSandbox: [{ ...file, sizeBytes: 3 }] });
    const end = await server.books.ended(job);
    expect(end).toMatchObject({ status: 'Failed', minorStatus: 'Failed Downloading InputSandbox', end: { reason: 'inputMissing' } });
    expect(server.books.output(job, 'std.out')).toBe('');
  });

  it('refuses an input path that leaves the directory, even from its server', async () => {
    const job = server.books.submit({ ...sh('true'), inputSandbox: [{ ...server.books.input('x', 'evil'), path: '../../escaped' }] });
    const end = await server.books.ended(job);
    expect(end).toMatchObject({ status: 'Failed', end: { reason: 'inputMissing' } });
    expect(end.applicationStatus).toContain('leaves the job directory');
    expect(exists(`${pilot.workDirectory}/../escaped`)).toBe(false);
  });

  it('gives the payload a clean environment: no token, nothing of the pilot, all of the job', async () => {
    const job = server.books.submit({
      ...sh(
        'env; tr "\\0" "\\n" < /proc/$$/environ; ls -l /proc/$$/fd; echo; tr "\\0" " " < /proc/$PPID/environ; tr "\\0" " " < /proc/$PPID/cmdline',
      ),
      environment: { MINE: 'yes', JOBID: '999' },
    });
    await server.books.ended(job);
    const text = server.books.output(job, 'std.out') ?? '';
    expect(text).not.toContain(testToken);
    const names = text
      .split('\n')
      .filter((line) => /^[A-Z_]+=/.test(line))
      .map((line) => line.split('=')[0]);
    expect([...new Set(names)].filter((name) => name !== 'PWD' && name !== 'OLDPWD').sort()).toEqual(
      [
        'DIRACLAB_ATTEMPT',
        'DIRACLAB_JOBID',
        'DIRACLAB_PILOT',
        'DIRACSITE',
        'DIRAC_JOB_PROCESSORS',
        'HOME',
        'JOBID',
        'LANG',
        'MINE',
        'PATH',
        'TMPDIR',
        'USER',
      ].sort(),
    );
    expect(text).toContain(`JOBID=${job.matched.jobId}\n`);
    // Of open files only what the test itself was born with, and its own three.
    expect(text.match(/socket:\[\d+\]|pipe:\[\d+\]/g)?.filter((file) => !inheritedFiles.includes(file)) ?? []).toEqual([]);
  });
});

describe('outputs', () => {
  it('come by name, by glob and by directory', async () => {
    const job = server.books.submit({
      ...sh('mkdir -p dir/deep; echo a > a.txt; echo b > b.txt; echo c > c.dat; echo d > dir/deep/d; chmod +x c.dat'),
      outputSandbox: ['*.txt', 'dir', 'c.dat'],
    });
    const { end } = await server.books.ended(job);
    expect(end?.outputs.map(({ path }) => path).sort()).toEqual(['a.txt', 'b.txt', 'c.dat', 'dir/deep/d', 'std.err', 'std.out']);
    expect(end?.outputs.find(({ path }) => path === 'c.dat')?.executable).toBe(true);
    expect(server.books.output(job, 'dir/deep/d')).toBe('d\n');
  });

  it('that are missing or lead out of the directory are named; the job stays Done', async () => {
    const job = server.books.submit({
      ...sh('ln -s /etc/passwd stolen; ln -s /etc etc; mkfifo pipe; ln -s real good; echo x > real'),
      outputSandbox: ['nothing*', 'stolen', 'etc/hostname', 'pipe', 'good'],
    });
    const end = await server.books.ended(job);
    expect(end.status).toBe('Done');
    expect(end.applicationStatus).toContain('missing outputs: nothing*');
    expect(end.applicationStatus).toContain('stolen (a link out of the job directory)');
    expect(end.applicationStatus).toContain('etc/hostname (a link out of the job directory)');
    expect(end.applicationStatus).toContain('pipe (not a regular file)');
    expect(end.end?.outputs.map(({ path }) => path).sort()).toEqual(['good', 'std.err', 'std.out']);
  });

  it('that are too large fail the job, yet standard output comes', async () => {
    const job = server.books.submit({ ...sh('echo said; head -c 5000 /dev/zero > big'), outputSandbox: ['big'] }, { maxOutputBytes: 4000 });
    const end = await server.books.ended(job);
    expect(end).toMatchObject({ status: 'Failed', end: { reason: 'outputTooLarge' } });
    expect(end.applicationStatus).toMatch(/5005 bytes .* 4000/);
    expect(server.books.output(job, 'std.out')).toBe('said\n');
  });

  it('can be followed while the job runs', async () => {
    const job = server.books.submit(sh('echo early; while [ ! -e go ]; do sleep 0.1; done; echo late'));
    await server.books.until(() => job.output.stdout === 'early\n');
    expect(job.statuses.at(-1)).toMatchObject({ status: 'Running' });
    await server.books.until(() => exists(`${pilot.workDirectory}/${job.matched.jobId}.1/std.out`));
    writeFileSync(`${pilot.workDirectory}/${job.matched.jobId}.1/go`, '');
    await server.books.ended(job);
    expect(job.output.stdout).toBe('early\nlate\n');
  });
});

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EISDIR';
  }
}
