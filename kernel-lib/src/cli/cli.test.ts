import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { startTinyServer, type TinyServer } from '../testing/tiny-server';
import { makeBundle, type Ran, type RunOptions, runProgram } from './testing/run-bundle';

/** The real bundle as a child process, against a server on a real socket. */
let cli: string;
let server: TinyServer;
let cwd: string;

beforeAll(async () => {
  cli = makeBundle();
  server = await startTinyServer();
});
afterAll(async () => {
  await server.stop();
  await rm(dirname(cli), { recursive: true });
});
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'work-'));
});
afterEach(() => rm(cwd, { recursive: true }));

const run = (words: string[], options: Partial<RunOptions> = {}): Promise<Ran> =>
  runProgram(process.execPath, [cli, ...words], { cwd, env: server.env, ...options });

const submit = async (...words: string[]): Promise<number> => Number((await run(['dsub', ...words])).out);

describe('dusage', () => {
  it('prints sums as a table, csv or the document; a mistyped key gets a hint', async () => {
    expect((await run(['dusage', '--by', 'jobgroup'])).out).toBe(
      'jobGroup       cpuTime\n========================\nby jobGroup       10 h\nEvil \\x1b[31m        -\n',
    );
    expect((await run(['dusage', '--csv'])).out.split('\n')[1]).toBe('by site,36000');
    expect(JSON.parse((await run(['dusage', '--json', '--plot', 'wallTime', '--last', '12h'])).out)).toMatchObject({
      v: 1,
      plot: 'wallTime',
    });
    expect(await run(['dusage', '--by', 'sites'])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Did you mean site?') });
    expect(await run(['dusage', '--last', 'ever'])).toMatchObject({ code: 2 });
  });
});

describe('dproxy', () => {
  it('sends the proxy that voms-proxy-init made, tells how long it lasts, and takes it away', async () => {
    const env = { ...server.env, X509_USER_PROXY: join(cwd, 'x509up') };
    expect(await run(['dproxy', 'upload'], { env })).toMatchObject({ code: 2, err: expect.stringContaining('x509up cannot be read') });
    expect(await run(['dproxy'], { env })).toMatchObject({ code: 4, out: '' });
    await writeFile(env.X509_USER_PROXY, '-----BEGIN CERTIFICATE-----', { mode: 0o644 });
    const sent = await run(['dproxy', 'upload'], { env });
    expect(sent).toMatchObject({ code: 0, err: expect.stringMatching(/can be read by others.*\n.*expires soon/) });
    expect(sent.out).toContain('subject      : /CN=alice\\x1b[31m\n');
    expect(sent.out).toMatch(/VOMS fqan {4}: \/vo\/Role=NULL\ntimeleft {5}: 00:59:\d\d\n$/);
    expect((await run(['dwhoami'])).out).toMatch(/proxy {8}: 00:59:/);
    await writeFile(join(cwd, 'other'), 'x');
    expect(await run(['dproxy', 'upload', 'other'])).toMatchObject({ code: 2, err: expect.stringContaining('no certificate') });
    expect(JSON.parse((await run(['dproxy', '--json'])).out)).toMatchObject({ v: 1, ownerGroup: 'users' });
    expect((await run(['dproxy', 'delete'])).code).toBe(0);
    expect((await run(['dwhoami'])).out).not.toContain('proxy');
    expect(await run(['dproxy', 'dleete'])).toMatchObject({ code: 2, err: expect.stringContaining('Did you mean delete?') });
  });
});

describe('hello world with the d-commands', () => {
  it('dsub prints the id alone, dstat shows it, doutput makes its directory, once', async () => {
    const submitted = await run(['dsub', '/bin/echo', 'Hello world']);
    expect(submitted).toEqual({ code: 0, out: expect.stringMatching(/^\d+\n$/), err: '' });
    const id = Number(submitted.out);
    expect(server.jobs.get(id).description).toEqual({ executable: '/bin/echo', arguments: ['Hello world'] });

    const early = await run(['doutput', String(id)]);
    expect(early).toMatchObject({ code: 1, out: '', err: expect.stringContaining('it is Waiting; its output comes when it has ended') });

    server.jobs.run(id);
    server.jobs.write(id, 'Hello world\n');
    server.jobs.end(id);
    expect((await run(['dstat', String(id), '-F', 'Owner,Status'])).out).toBe(
      `JobID  Owner  Status\n======================\n  ${id}  alice  Done\n`,
    );

    expect(await run(['doutput', '-v', String(id)])).toEqual({ code: 0, out: `${id}: OutputSandbox ${id}\n`, err: '' });
    expect(await readFile(join(cwd, String(id), 'std.out'), 'utf8')).toBe('Hello world\n');
    expect(await readdir(cwd)).toEqual([String(id)]);
    const again = await run(['doutput', String(id)]);
    expect(again).toEqual({ code: 0, out: `Output for job ${id} already retrieved, remove the output directory to redownload\n`, err: '' });

    const log = await run(['dlogging', '-f', 'csv', String(id)]);
    expect(log.out.split('\n')[0]).toBe('Status,MinorStatus,ApplicationStatus,Time,Source');
    expect(log.out).toContain('Done,Execution Complete,,2026-11-22 10:');
  });

  it('sends a script once, whoever submits it how often', async () => {
    await writeFile(join(cwd, 'fit.sh'), '#!/bin/sh\necho $1\n');
    const first = await run(['dsub', '--JobGroup', 'fit', './fit.sh', '1']);
    expect(first).toMatchObject({ code: 0, err: '' });
    await run(['dsub', './fit.sh', '2']);
    const { inputSandbox } = server.jobs.get(Number(first.out)).description;
    expect(inputSandbox).toEqual([{ path: 'fit.sh', digest: expect.any(String), sizeBytes: 18, executable: true }]);
  });

  it('submits a bulk in one call, and what dsub prints, dkill takes', async () => {
    const bulk = await run(['dsub', '--Parametric', 'a,b,1:4', '/bin/echo', '%s']);
    const ids = bulk.out.trim().split(',').map(Number);
    expect(ids).toHaveLength(5);
    expect(server.jobs.get(ids[2] ?? 0).row.parameters).toEqual({ s: 1 });
    const killed = await run(['dkill', '-v', '-'], { input: bulk.out });
    expect(killed).toEqual({ code: 0, out: ids.map((id) => `killed job ${id}\n`).join(''), err: '' });
    const twice = await run(['dkill', String(ids[0]), String(await submit('/bin/true'))]);
    expect(twice).toMatchObject({ code: 3, err: expect.stringContaining('1 killed, 1 refused') });
  });

  it('shows the description without sending it', async () => {
    const before = server.requests.length;
    const dry = await run(['dsub', '--dry-run', '--CPUTime=60', '/bin/true'], { env: {} });
    expect(JSON.parse(dry.out)).toEqual({ v: 1, description: { executable: '/bin/true', cpuTimeS: 60 } });
    const jdl = await run(['dsub', '--dry-run', '--as-jdl', '--CPUTime=60', '--Parametric=1:3', '/bin/echo', '%s'], { env: {} });
    expect(jdl.out).toBe('[\n  Executable = "/bin/echo";\n  CPUTime = 60;\n  Arguments = "%s";\n  Parameters = {1, 2};\n]\n');
    const again = await run(['dsub', '--dry-run', '--json', '-J', jdl.out], { env: {} });
    expect(JSON.parse(again.out)).toMatchObject({ description: { arguments: ['{s}'], cpuTimeS: 60 }, parameters: [{ s: 1 }, { s: 2 }] });
    expect(await run(['dsub', '--as-jdl', '/bin/true'], { env: {} })).toMatchObject({ code: 2, out: '' });
    expect(server.requests.length).toBe(before);
  });
});

describe('dstat with a query', () => {
  it('lists, sorts, cuts aloud, counts and groups, in every format', async () => {
    const submitted = await run(['dsub', '--JobGroup', 'asked', '--Parametric', 'a,b,c,d', '/bin/echo', '%s']);
    const ids = submitted.out.trim().split(',').map(Number);
    server.jobs.run(ids[0]!);
    server.jobs.end(ids[0]!);
    const query = 'group=asked state=Waiting,Done';
    expect((await run(['dstat', query, '--ids'])).out).toBe(ids.map((id) => `${id}\n`).join(''));
    expect(await run(['dstat', query, '--ids', '--sort', 'id:desc', '--limit', '3'])).toEqual({
      code: 0,
      out: [...ids]
        .reverse()
        .slice(0, 3)
        .map((id) => `${id}\n`)
        .join(''),
      err: 'dstat: showing 3 of 4\n',
    });
    const jsonl = await run(['dstat', query, '--jsonl']);
    expect(
      jsonl.out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { jobId: number }).jobId),
    ).toEqual(ids);
    expect((await run(['dstat', 'group=asked', 'param.s=b', '--count'])).out).toBe('1\n');
    expect(JSON.parse((await run(['dstat', query, '--count', '--json'])).out)).toEqual({ v: 1, count: 4 });
    expect((await run(['dstat', query, '--group-by', 'state'])).out).toBe(
      'state    Count\n================\nDone         1\nWaiting      3\n',
    );
    expect((await run(['dstat', query, '--group-by', 'state', '--csv'])).out).toBe('state,count\nDone,1\nWaiting,3\n');
    expect(await run(['dstat', query, '--group-by', 'name'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('There is no "name" for this.'),
    });
    expect(await run(['dstat', 'staet=Done'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^ {2}staet=Done\n {2}\^{5}\n.*Did you mean state\? \(column 1\)/),
    });
  });
});

describe('dwhy', () => {
  it('says of one job what each need leaves, what would help, and its place; of a group the causes, over all pages', async () => {
    const id = await submit('/bin/true');
    const one = await run(['dwhy', String(id)]);
    expect(one).toMatchObject({ code: 0, err: '' });
    expect(one.out).toBe(
      [
        `Job ${id} (Waiting): No pilot has a free slot.`,
        'Resources:',
        '      2 resources of your VO',
        '      1 with tag GPU',
        'One change that would help:',
        '  without the tag GPU: fits 2 resources of 2',
        'Order: 3 ahead in its queue, 40 in others for the same resources; 5 started in the last hour. Typical wait: half within 60 s, nine of ten within 10 min (5 jobs of this queue).',
        '',
      ].join('\n'),
    );
    expect(JSON.parse((await run(['dwhy', '--json', String(id)])).out)).toMatchObject({
      v: 1,
      jobs: [{ jobId: id, code: 'NO_FREE_SLOT' }],
    });
    const ids = (await run(['dsub', '--JobGroup', 'why', '--Parametric', '1:4', '/bin/true'])).out.trim().split(',');
    const group = JSON.parse((await run(['dwhy', '--json', '-g', 'why'])).out) as { groups: unknown[] };
    expect(group.groups).toEqual([expect.objectContaining({ code: 'TURN', jobs: 3, exampleJobId: Number(ids[0]) })]);
    expect((await run(['dwhy', '-g', 'why'])).out).toContain(`3 Waiting: It waits for its turn. [TURN, for example job ${ids[0]}]`);
    for (const failed of ids) server.jobs.end(Number(failed), 1);
    expect((await run(['dwhy', '--failures', '-g', 'why'])).out).toMatch(/^ +3 at ANY only: exit <n> \[.* for example job \d+\]\n$/);
    expect(await run(['dwhy', '999999'])).toMatchObject({ code: 4, out: '' });
  });

  it('a dry run asks the server what would fit', async () => {
    const dry = await run(['dsub', '--dry-run', '/bin/true']);
    expect(JSON.parse(dry.out)).toMatchObject({
      v: 1,
      description: { executable: '/bin/true' },
      fits: { now: 1, of: 1 },
      jobs: 1,
      typicalWait: null,
    });
  });
});

describe('output as it comes', () => {
  it('dpeek shows what is there, its last lines, and standard error', async () => {
    const id = await submit('/bin/true');
    server.jobs.run(id);
    server.jobs.write(id, 'one\ntwo \u001b[31mred\nthree\n');
    server.jobs.write(id, 'oh\n', 'stderr');
    expect((await run(['dpeek', String(id)])).out).toBe('one\ntwo \\x1b[31mred\nthree\n');
    expect((await run(['dpeek', '-n', '1', String(id)])).out).toBe('three\n');
    expect((await run(['dpeek', '--stderr', String(id)])).out).toBe('oh\n');
    expect(JSON.parse((await run(['dpeek', '--json', String(id)])).out)).toMatchObject({ v: 1, jobId: id, from: 0, complete: false });
  });

  it('dpeek -f goes on until the job has ended', async () => {
    const id = await submit('/bin/true');
    server.jobs.run(id);
    server.jobs.write(id, 'first\n');
    let step = 0;
    const followed = await run(['dpeek', '-f', String(id)], {
      onOut: (out) => {
        if (step === 0 && out.includes('first')) {
          step = 1;
          // Only when the watch is there is this a frame and not the first answer.
          const timer = setInterval(() => {
            if (server.watches.size === 0) return;
            clearInterval(timer);
            server.jobs.write(id, 'second\n');
          }, 20);
        }
        if (step === 1 && out.includes('second')) {
          step = 2;
          server.jobs.end(id);
        }
      },
    });
    expect(followed).toEqual({ code: 0, out: 'first\nsecond\n', err: '' });
  });

  it('dpeek -f shows the next attempt from its beginning, though it writes less than the one before', async () => {
    const id = await submit('/bin/true');
    server.jobs.run(id);
    server.jobs.write(id, 'a long first attempt\n');
    let step = 0;
    const followed = await run(['dpeek', '-f', String(id)], {
      onOut: (out) => {
        if (step === 0 && out.includes('first')) {
          step = 1;
          const timer = setInterval(() => {
            if (server.watches.size < 2) return;
            clearInterval(timer);
            server.jobs.reschedule(id);
            server.jobs.run(id);
            server.jobs.write(id, 'second\n');
          }, 20);
        }
        if (step === 1 && out.includes('second')) {
          step = 2;
          server.jobs.end(id);
        }
      },
    });
    expect(followed).toEqual({ code: 0, out: 'a long first attempt\nsecond\n', err: expect.stringContaining('begins anew') });
  });

  it('dstat --watch prints a line for each change and ends with the last job: 9 when one failed', async () => {
    const [good, bad] = [await submit('/bin/true'), await submit('/bin/false')];
    let begun = false;
    const watched = await run(['dstat', '--watch', String(good), String(bad)], {
      onOut: (out) => {
        if (begun || !out.includes(String(bad))) return;
        begun = true;
        server.jobs.run(good);
        server.jobs.end(good);
        server.jobs.run(bad);
        server.jobs.end(bad, 3);
      },
    });
    expect(watched.code).toBe(9);
    const states = watched.out.trim().split('\n').map((line) => line.split('  ').slice(1, 3).join(' ')); // prettier-ignore
    for (const state of [`${good} Waiting`, `${bad} Waiting`, `${good} Done`, `${bad} Failed`]) expect(states).toContain(state);
  });

  it('Ctrl-C ends a watch with 130 and without words', async () => {
    const id = await submit('/bin/sleep', '9');
    const stopped = await run(['dstat', '--watch', String(id)], { onOut: (_, kill) => kill('SIGINT') });
    expect(stopped).toMatchObject({ code: 130, err: '' });
  });
});

describe('exit codes', () => {
  it.each([
    [0, ['dstat', '--help'], 'Usage: dstat'],
    [0, ['dstat', '-h'], 'dstat: show jobs'],
    [2, ['dstat', '--Stauts', 'x'], 'Did you mean --Status?'],
    [2, ['dstat', 'abc'], '"abc" is not a job id'],
    [2, ['dstat', '-f', 'xml'], 'There is no format "xml"'],
    [2, ['dstat', '--json', '--ids'], 'More than one output format'],
    [2, ['dkill'], 'Which job?'],
    [2, ['dkill', '-a', '7'], '-a takes all of your jobs'],
    [2, ['dpeek', '1', '2'], 'one job at a time'],
    [2, ['doutput', '--Data', '1'], 'data side'],
    [2, ['dstta'], 'Did you mean dstat?'],
    [4, ['dstat', '999999'], 'no such job: 999999'],
    [4, ['dlogging', '999999'], 'There is no job 999999'],
    [4, ['dpeek', '999999'], 'There is no job 999999'],
    [4, ['doutput', '999999'], 'There is no job 999999'],
    [4, ['dkill', '999999'], 'There is no job 999999'],
  ])('%i for %j', async (code, words, said) => {
    const ran = await run(words);
    expect(ran.out + ran.err).toContain(said);
    expect(ran.code).toBe(code);
    // Data on standard output, everything else on standard error.
    if (code !== 0) expect(ran.out).toBe('');
  });

  it('3 when some of the jobs are there', async () => {
    const id = await submit('/bin/true');
    expect(await run(['dstat', '--ids', `${id},999999`])).toMatchObject({ code: 3, out: `${id}\n` });
    const logs = await run(['dlogging', '--json', String(id), '999999']);
    expect(logs.code).toBe(3);
    expect(JSON.parse(logs.out)).toMatchObject({ v: 1, jobs: [{ jobId: id }], failed: [{ jobId: 999999, code: 'NotFound' }] });
  });

  it('5 with a token that is not the server’s', async () => {
    await writeFile(join(cwd, 'token'), 'wrong\n');
    const env = { DIRACLAB_URL: server.address(), DIRACLAB_TOKEN_FILE: join(cwd, 'token') };
    expect(await run(['dstat'], { env })).toMatchObject({ code: 5, out: '', err: expect.stringContaining('The token is not valid.') });
  });

  it('7 when no server is there, with the remedy', async () => {
    const nowhere = await run(['dstat'], { env: { DIRACLAB_DATA: cwd } });
    expect(nowhere).toMatchObject({ code: 7, out: '', err: expect.stringContaining('npm start') });
  });

  it.each(['dsub -', 'dsub', 'dstat -'])('130 for one Ctrl-C while %s reads its standard input', async (words) => {
    // Somebody holds the pipe's other end and says nothing.
    const line = `mkfifo p; exec 3<>p; timeout --preserve-status -k 4 -s INT 1 "${process.execPath}" "${cli}" ${words} <&3; echo $?`;
    expect(await runProgram('/bin/bash', ['-c', line], { cwd, env: server.env })).toMatchObject({ out: '130\n', err: '' });
  });

  it('1 when the output cannot be written', async () => {
    await submit('/bin/true');
    const line = `"${process.execPath}" "${cli}" dstat -a > /dev/full`;
    const ran = await runProgram('/bin/bash', ['-c', line], { cwd, env: server.env });
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('cannot write to standard output: ENOSPC') });
  });

  it('0 when who reads has seen enough', async () => {
    const id = await submit('/bin/true');
    server.jobs.write(id, 'many words\n'.repeat(100_000));
    const line = `set -o pipefail; "${process.execPath}" "${cli}" dpeek ${id} | head -1`;
    expect(await runProgram('/bin/bash', ['-c', line], { cwd, env: server.env })).toEqual({ code: 0, out: 'many words\n', err: '' });
  });
});
