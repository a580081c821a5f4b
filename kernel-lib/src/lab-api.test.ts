import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { JobFailed, ValuesMissing, type WaitEnded } from './errors';
import { JobHandle } from './job-handle';
import { createDiracLab } from './lab-api';
import type { Screen } from './notebook';
import { createSession, type Session } from './session';
import { range, sweep } from './sweep';
import { startTinyServer, type TinyServer } from './testing/tiny-server';
import type { DiracLab } from './types';

const silent: Screen = { isNotebook: false, show: () => undefined, line: () => undefined, onInterrupt: () => () => {} };

let server: TinyServer;
let session: Session;
let dirac: DiracLab;
let folder: string;
beforeEach(async () => {
  server = await startTinyServer();
  session = createSession(server.env, silent);
  dirac = createDiracLab(() => session);
  folder = await mkdtemp(join(tmpdir(), 'alice-'));
});
afterEach(async () => {
  session.live.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const soon = (act: () => void) => void setTimeout(act, 20);
const described = (id: number) => server.jobs.get(id).description;
async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('alice submits a job', () => {
  it('with a command, and gets a handle at once that is no thenable', async () => {
    const job = await dirac.submit('echo hello from $(hostname)');
    expect(job.id).toBe(101);
    expect('then' in job).toBe(false);
    expect(described(101)).toMatchObject({ executable: '/bin/sh', arguments: ['-c', 'echo hello from $(hostname)'] });
    expect(await job.status()).toBe('Waiting');
    const why = await job.why();
    expect(why.headline).toBe('No pilot has a free slot.');
    // Printed in a cell it reads as a text; for a program it stays plain data.
    expect(inspect(why)).toContain('One change that would help:\n  without the tag GPU');
    expect(Object.keys(JSON.parse(JSON.stringify(why)) as object)).toContain('funnel');
  });

  it('with files: each is hashed, and only what the server lacks is sent', async () => {
    await writeFile(join(folder, 'fit.sh'), '#!/bin/sh\necho "$1"\n');
    const spec = {
      run: './fit.sh 3',
      inputs: [join(folder, 'fit.sh'), { name: 'conf/a.json', text: '{}' }],
      outputs: ['*.json'],
      cpu: '2h' as const,
      memory: '2GiB' as const,
      wall: '3d' as const,
    };
    await dirac.submit(spec);
    const digest = createHash('sha256').update('#!/bin/sh\necho "$1"\n').digest('hex');
    expect(described(101)).toMatchObject({ cpuTimeS: 7200, wallTimeS: 259_200, minRamMB: 2048, outputSandbox: ['*.json'] });
    expect(described(101).inputSandbox).toEqual([
      { path: 'fit.sh', digest, sizeBytes: 20, executable: true },
      { path: 'conf/a.json', digest: expect.any(String), sizeBytes: 2 },
    ]);
    expect(server.stored.get(digest)?.toString()).toContain('echo');

    server.requests.length = 0;
    await dirac.submit(spec);
    expect(server.requests.filter((one) => one.startsWith('PUT'))).toEqual([]);
  });

  it('as a list that no shell reads: a parameter stays one argument, whatever stands in it', async () => {
    await dirac.map([{ name: 'a b; $(reboot)' }], { run: ['fit', '--name={name}', 3] });
    expect(described(101)).toMatchObject({ executable: 'fit', arguments: ['--name={name}', '3'] });
    await expect(dirac.submit({ run: [] })).rejects.toThrow('begins with the program');
  });

  it('with a script, which says by its first line what runs it', async () => {
    await dirac.submit({ script: '#!/usr/bin/awk -f\nBEGIN { print 1 }', arguments: [7] });
    expect(described(101)).toMatchObject({
      executable: 'script.sh',
      arguments: ['7'],
      inputSandbox: [{ path: 'script.sh', executable: true }],
    });
    await dirac.submit({ script: 'echo no first line' });
    expect(described(102)).toMatchObject({ executable: '/bin/sh', arguments: ['script.sh'] });
  });

  it('with a full description, beside which other fields win', async () => {
    await dirac.submit({
      description: { executable: '/bin/true', jobName: 'old', cpuTimeS: 5 },
      name: 'new',
      inputs: [{ name: 'a', text: 'b' }],
    });
    expect(described(101)).toMatchObject({ executable: '/bin/true', jobName: 'new', cpuTimeS: 5, inputSandbox: [{ path: 'a' }] });
  });

  it('twice with one key, and has one job', async () => {
    const info = jest.spyOn(console, 'info').mockImplementation(() => {});
    const first = await dirac.submit({ run: 'true', key: 'fit-1' });
    const second = await dirac.submit({ run: 'true', key: 'fit-1' });
    expect(second.id).toBe(first.id);
    expect(info.mock.calls.join()).toContain('the same job 101');
    info.mockRestore();
  });

  it('with mistakes, each named before anything is sent', async () => {
    const tried = (job: unknown) => dirac.submit(job as string).catch((error: Error) => error.message);
    expect(await tried({ run: 'true', memry: '1GB' })).toContain('no field "memry"');
    expect(await tried({ run: 'true', cpu: '2 hours' })).toContain('cpu: "2 hours" is not a time');
    expect(await tried({ run: 'true', memory: '2' })).toContain('memory: "2" is not a size');
    expect(await tried({ run: 'true', inputs: [join(folder, '*.txt')] })).toContain('patterns are not expanded');
    expect(await tried({ run: 'true', inputs: [folder] })).toContain('is not a file');
    expect(await tried({ run: 'true', inputs: [{ name: '../up', text: '' }] })).toContain('no place inside');
    expect(await tried({ run: 'true', inputs: [{ name: 'a', text: '' }, { name: 'a', text: 'b' }] })).toContain('two files would both become "a"'); // prettier-ignore
    expect(await tried({})).toContain('needs one of "run"');
    expect(server.jobs.all()).toEqual([]);
  });

  it('while the server restarts, and it is submitted once', async () => {
    await dirac.whoami();
    const address = server.address();
    await server.halt();
    const submitted = dirac.submit('true');
    setTimeout(() => void server.restart(), 150);
    expect((await submitted).id).toBe(101);
    expect(server.address()).not.toBe(address);
    expect(server.jobs.all()).toHaveLength(1);
  });
});

describe('she waits for it', () => {
  it('without asking again and again: one watch brings the end', async () => {
    const job = await dirac.submit('true');
    server.requests.length = 0;
    soon(() => server.jobs.run(job.id));
    setTimeout(() => server.jobs.end(job.id), 100);
    expect(await job.result()).toMatchObject({ status: 'Done', exitCode: 0 });
    expect(server.requests.filter((one) => !one.includes('live'))).toEqual([]);
  });

  it('and a failure says how, with the last lines and what to do', async () => {
    const job = await dirac.submit('exit 3');
    server.jobs.run(job.id);
    server.jobs.write(job.id, 'reading\n');
    server.jobs.write(job.id, 'cannot open chi2.dat\n', 'stderr');
    server.jobs.end(job.id, 3);
    const error = (await job.result().catch((failure: unknown) => failure)) as JobFailed;
    expect(error).toBeInstanceOf(JobFailed);
    expect(error).toMatchObject({ jobId: 101, code: 'exit', reason: 'failed at LOCAL.here: exit code 3.', tail: 'cannot open chi2.dat' });
    expect(error.next).toContain('dlogging 101');
    await expect(job.stdout.text()).rejects.toBeInstanceOf(JobFailed);
    expect(await job.stderr.text({ evenIfFailed: true })).toBe('cannot open chi2.dat\n');
  });

  it('and one that is no exit code says what it was, not only of which kind', async () => {
    const job = await dirac.submit('yes');
    server.jobs.run(job.id);
    const applicationStatus = 'the outputs have 200 bytes together; at most 100 are kept';
    server.jobs.change(job.id, {
      status: 'Failed',
      minorStatus: 'Uploading Output Sandbox',
      applicationStatus,
      endReason: 'outputTooLarge',
      exitCode: 0,
    });
    await expect(job.result()).rejects.toMatchObject({ reason: `failed at LOCAL.here: Uploading Output Sandbox: ${applicationStatus}.` });
  });

  it('no longer than she said, and the job goes on', async () => {
    const job = await dirac.submit('sleep 100');
    const error = (await job.result({ timeout: '0.1s' }).catch((failure: unknown) => failure)) as WaitEnded;
    expect(error).toMatchObject({ code: 'TimedOut', message: expect.stringContaining('the jobs go on') });
    const stop = new AbortController();
    soon(() => stop.abort(new Error('enough')));
    await expect(job.result({ signal: stop.signal })).rejects.toThrow('enough');
    expect(await job.status()).toBe('Waiting');
    expect(server.watches.size).toBe(0);
  });

  it('through a restart of the server during which the job ended', async () => {
    const job = await dirac.submit('true');
    const result = job.result();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.restart(() => server.jobs.end(job.id));
    expect(await result).toMatchObject({ status: 'Done' });
  });

  it('for a job that is not there: it is refused, not awaited for ever', async () => {
    await dirac.submit('true');
    await expect(new JobHandle(session, 7).result()).rejects.toMatchObject({ code: 'NotFound', message: 'There is no job 7 of yours.' });
  });
});

describe('she submits a JDL', () => {
  const jdl = 'Executable = fit.sh;\nArguments = -n %j;\nInputSandbox = fit.sh;\nCPUTime = 100;\nseed = 7;';

  it('with the files it names, and gets it back as JDL, as our description and as the cell that submits it again', async () => {
    const text = '#!/bin/sh\n';
    const job = await dirac.submit({ jdl, inputs: [{ name: 'fit.sh', text }] });
    expect(server.requests).toContain(`PUT /api/sandbox-files/${createHash('sha256').update(text).digest('hex')}`);
    const description = await job.toJSON();
    expect(description).toMatchObject({
      executable: 'fit.sh',
      arguments: ['-n', '{jobId}'],
      cpuTimeS: 100,
      inputSandbox: [{ path: 'fit.sh', sizeBytes: text.length, executable: true }],
      otherAttributes: { seed: 7 },
    });
    expect(await job.toJDL()).toContain('Arguments = "-n %j";');
    expect(await job.toCode()).toContain('executable: "fit.sh",');
    expect(await (await dirac.submit({ jdl: await job.toJDL() })).toJSON()).toEqual(description);
  });

  it('that makes many jobs: they are a group whose results keep their parameters', async () => {
    const swept = 'Executable = "fit"; Arguments = "%(seed)s"; Parameters.seed = {3, "x"};';
    await expect(dirac.submit({ jdl: swept })).rejects.toThrow('for 2 jobs: dirac.map({ jdl }) submits them');
    const group = await dirac.map({ jdl: swept });
    expect((await group.jobs()).map(({ params }) => params)).toEqual([{ seed: 3 }, { seed: 'x' }]);
    const rows = await dirac.map([{ x: 1 }], { jdl: 'Executable = "fit"; Arguments = "{x}";' });
    expect(rows.size).toBe(1);
  });

  it('that is wrong: she is told where, before anything is sent', async () => {
    await expect(dirac.submit({ jdl: 'Executable = "open;' })).rejects.toThrow('line 1, column 14: this string is not closed');
    await expect(dirac.submit({ jdl, cpu: '1h' })).rejects.toThrow('write "cpu" into the JDL');
    await expect(dirac.submit({ jdl })).rejects.toThrow('the file "fit.sh" does not exist');
    expect(server.jobs.all()).toEqual([]);
  });
});

describe('she reads what it writes', () => {
  it('line by line as it comes, to the end', async () => {
    const job = await dirac.submit('loop');
    soon(() => server.jobs.write(job.id, 'one\ntw'));
    setTimeout(() => server.jobs.write(job.id, 'o\r\n'), 40);
    setTimeout(() => server.jobs.end(job.id), 60);
    expect(await collect(job.stdout.follow())).toEqual(['one', 'two']);
    expect(await collect(job.stdout.follow())).toEqual(['one', 'two']);
  });

  it('nothing twice and nothing lost when the connection breaks in the middle', async () => {
    const job = await dirac.submit('loop');
    const lines: string[] = [];
    const reading = (async () => {
      for await (const line of job.stdout.follow()) lines.push(line);
    })();
    server.jobs.write(job.id, 'héllo 1\nhal');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(lines).toEqual(['héllo 1']);
    await server.restart(() => server.jobs.write(job.id, 'f\nline 3\n'));
    server.jobs.write(job.id, 'last');
    server.jobs.end(job.id);
    await reading;
    expect(lines).toEqual(['héllo 1', 'half', 'line 3', 'last']);
  });

  it('from the beginning again when it was rescheduled', async () => {
    const job = await dirac.submit('loop');
    server.jobs.write(job.id, 'first try\n');
    soon(() => {
      server.jobs.end(job.id, 1);
    });
    expect(await collect(job.stdout.follow())).toEqual(['first try']);
    await job.reschedule();
    soon(() => {
      server.jobs.write(job.id, 'second\n');
      server.jobs.end(job.id);
    });
    expect(await collect(job.stdout.follow())).toEqual(['second']);
  });

  it('and its files: listed, parsed, saved, all of them', async () => {
    const job = await dirac.submit('fit');
    server.jobs.write(job.id, 'Hello world\n');
    server.jobs.end(job.id, 0, { 'fit.json': '{"chi2": 1.5}', 'plots/a.svg': '<svg/>', 'bad.json': '{' });
    expect(await job.stdout.text()).toBe('Hello world\n');
    expect((await job.outputs()).map(({ path }) => path)).toEqual(['std.out', 'std.err', 'fit.json', 'plots/a.svg', 'bad.json']);
    expect(await job.output('fit.json').json<{ chi2: number }>()).toEqual({ chi2: 1.5 });
    await expect(job.output('bad.json').json()).rejects.toThrow('"bad.json" of job 101 is not JSON');
    await expect(job.output('none').text()).rejects.toMatchObject({ code: 'NotFound' });
    expect(await job.output('fit.json').save(folder)).toBe(join(folder, 'fit.json'));
    await job.download(join(folder, 'all'));
    expect(await readFile(join(folder, 'all/plots/a.svg'), 'utf8')).toBe('<svg/>');
    expect((await readdir(join(folder, 'all'))).sort()).toEqual(['bad.json', 'fit.json', 'plots', 'std.err', 'std.out']);
  });

  it('and what leaves the folder is not written', async () => {
    const job = await dirac.submit('fit');
    server.jobs.end(job.id, 0, { '../../evil': 'x' });
    await expect(job.download(join(folder, 'out'))).rejects.toThrow('would leave');
    expect(await readdir(folder)).toEqual(['out']);
  });
});

describe('she acts on it', () => {
  it('kills, reschedules, deletes, and reads the log', async () => {
    const job = await dirac.submit('sleep 100');
    await job.kill();
    expect(await job.status()).toBe('Killed');
    await expect(job.kill()).rejects.toMatchObject({ code: 'IllegalTransition', message: expect.stringContaining('Job 101') });
    await job.reschedule();
    expect((await job.log()).map(({ status }) => status)).toEqual(['Killed', 'Waiting']);
    await job.delete();
    expect(await job.status()).toBe('Deleted');
  });

  it('finds it again on another day', async () => {
    const { id } = await dirac.submit({ run: 'true', name: 'hello' });
    expect((await dirac.open(id)).id).toBe(id);
    expect((await dirac.open(`job/${id}`)).id).toBe(id);
    await expect(dirac.open(4711)).rejects.toMatchObject({ code: 'NotFound' });
    await expect(dirac.open('fit')).rejects.toThrow("'group/fit-scan'");
    await expect(dirac.open('group/none')).rejects.toThrow('no group "none"');
  });
});

describe('she sweeps a parameter', () => {
  const parameters = sweep({ seed: range(1, 3), beta: [0.5, 1] });

  it('with one call, and every result keeps its parameters', async () => {
    const scan = await dirac.map(parameters, { run: './fit.sh {seed} {beta}' }, { name: 'fit-scan' });
    expect(server.requests.filter((one) => one === 'POST /api/jobs')).toHaveLength(1);
    expect(scan.size).toBe(6);
    expect(await scan.counts()).toEqual({ Waiting: 6 });
    soon(() => {
      scan.ids.forEach((id, index) => {
        server.jobs.write(id, `${index}\n`);
        if (index < 4) server.jobs.end(id, index === 2 ? 1 : 0, { 'fit.json': index === 3 ? 'oops' : `{"chi2": ${index}}` });
      });
    });
    const { ok, failed, pending } = await scan.gather({
      parse: async (files, { seed }) => (await files.json<{ chi2: number }>('fit.json')).chi2 + seed,
      timeout: '0.3s',
    });
    expect(ok.map(({ params, value }) => [params, value])).toEqual([
      [{ seed: 1, beta: 0.5 }, 1],
      [{ seed: 1, beta: 1 }, 2],
    ]);
    expect(failed.map(({ params, error }) => [params, error.name])).toEqual([
      [{ seed: 2, beta: 0.5 }, 'JobFailed'],
      [{ seed: 2, beta: 1 }, 'Error'],
    ]);
    expect(pending.map(({ params, job }) => [params.seed, job.status])).toEqual([
      [3, 'Waiting'],
      [3, 'Waiting'],
    ]);
    await expect(scan.values({ timeout: '0.1s' })).rejects.toBeInstanceOf(ValuesMissing);
  });

  it('and leaves none out when the time is up before anything was heard', async () => {
    const scan = await dirac.map(parameters, 'fit {seed}');
    const { ok, failed, pending } = await scan.gather({ timeout: '0.001s' });
    expect([ok.length, failed.length, pending.map(({ params, job }) => [params, job.status])]).toEqual([
      0,
      0,
      parameters.map((row) => [row, 'Waiting']),
    ]);
  });

  it('with rows that are none, or values that JSON has not, she is told which', async () => {
    const tried = (rows: unknown) => dirac.map(rows as { x: number }[], 'fit {x}').catch((error: Error) => error.message);
    expect(await tried([1, 2])).toContain('row 0 is 1, but must be an object such as { seed: 1 }');
    expect(await tried([{ x: 1 }, [2]])).toContain('row 1 is [ 2 ]');
    expect(await tried([{ x: 0 / 0 }])).toContain('"x" of row 0 is NaN');
    expect(await tried([{ x: 1n }])).toContain('"x" of row 0 is 1n');
    expect(await tried([])).toContain('there are no parameters');
    expect(server.jobs.all()).toEqual([]);
  });

  it('retries those that failed, and gets all values in order', async () => {
    const scan = await dirac.map(parameters, 'fit {seed}');
    scan.ids.forEach((id, index) => server.jobs.end(id, index % 2));
    expect((await scan.retry()).successful).toHaveLength(3);
    for (const { jobId, status } of await scan.jobs()) {
      if (status !== 'Waiting') continue;
      server.jobs.write(jobId, `again ${jobId}`);
      server.jobs.end(jobId);
    }
    expect(await scan.values()).toEqual(['', 'again 102', '', 'again 104', '', 'again 106']);
  });

  it('asks why, what failed, and what would be, in words', async () => {
    const rows = [{ n: 1 }, { n: 2 }, { n: 3 }];
    const group = await dirac.map(rows, 'true', { name: 'why' });
    expect(await group.why()).toEqual([expect.objectContaining({ code: 'TURN', jobs: 3, exampleJobId: group.ids[0] })]);
    expect(inspect(await group.why())).toContain('3 Waiting: It waits for its turn.');
    for (const id of group.ids.slice(1)) server.jobs.end(id, 1);
    const failures = await group.failures();
    expect(failures).toMatchObject([{ signature: 'exit <n>', jobs: 2, sampleJobId: group.ids[2] }]);
    expect(inspect(failures)).toContain('2 at ANY only: exit <n>');
    const before = server.jobs.all().length;
    expect(await dirac.preview('true', rows)).toEqual({ jobs: 3, fits: { now: 1, of: 1 }, warnings: [], typicalWait: null });
    expect(server.jobs.all()).toHaveLength(before);
  });

  it('sees the failures as they happen', async () => {
    const scan = await dirac.map(parameters, 'fit {seed}');
    soon(() => scan.ids.forEach((id, index) => server.jobs.end(id, index === 4 ? 1 : 0)));
    expect((await collect(scan.changes({ states: ['Failed'] }))).map(({ params }) => params)).toEqual([{ seed: 3, beta: 0.5 }]);
  });

  it('opens the group from another kernel, and kills what is left of it', async () => {
    await dirac.map(parameters, 'fit {seed}', { name: 'fit-scan-v2' });
    const again = await dirac.open('group/fit-scan-v2');
    expect(again.size).toBe(6);
    expect((await again.jobs())[5]?.params).toEqual({ seed: 3, beta: 1 });
    server.jobs.end(again.ids[0] as number);
    expect(await again.kill()).toMatchObject({ successful: { length: 5 }, failed: [{ jobId: 101, code: 'IllegalTransition' }] });
  });

  it('runs the cell twice with a key: the same jobs', async () => {
    const info = jest.spyOn(console, 'info').mockImplementation(() => {});
    const first = await dirac.map(parameters, 'fit {seed}', { key: 'v2' });
    const second = await dirac.map(parameters, 'fit {seed}', { key: 'v2' });
    expect(second.ids).toEqual(first.ids);
    expect(second.name).toBe('v2');
    expect(info.mock.calls.join()).toContain('with the key "v2": these are the same 6 jobs, 101 to 106');
    info.mockRestore();
  });

  it('follows 2,500 jobs with three watches and no request per job', async () => {
    const scan = await dirac.map(range(1, 2500).map((seed) => ({ seed })), 'fit {seed}'); // prettier-ignore
    server.requests.length = 0;
    let watches = 0;
    let done = 0;
    for await (const { status } of scan.changes()) {
      // The first snapshot of the last watch is here: now they all end.
      if (watches === 0 && server.watches.size === 3) {
        watches = server.watches.size;
        scan.ids.forEach((id) => server.jobs.end(id));
      }
      if (status === 'Done') done += 1;
    }
    expect({ watches, done }).toEqual({ watches: 3, done: 2500 });
    expect(server.requests.length).toBe(0);
  });
});

it('she lists jobs: a page says how many there are, iterating goes over all pages', async () => {
  for (let count = 0; count < 5; count += 1) await dirac.submit({ run: 'true', group: count < 3 ? 'a' : 'b' });
  const page = await dirac.jobs({ group: 'a', limit: 2 });
  expect([page.jobs.length, page.total]).toEqual([2, 3]);
  expect((await collect(page)).map(({ jobId }) => jobId)).toEqual([101, 102, 103]);
  expect((await page.more())?.jobs).toHaveLength(1);
  expect((await dirac.jobs('group=a state=Waiting')).total).toBe(3);
  expect(() => dirac.jobs('grup=a')).toThrow('There is no key "grup". Did you mean group? (column 1)');
});
