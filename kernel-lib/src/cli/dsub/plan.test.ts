import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCodeOf } from '../exit-codes';
import { parseOptions } from '../options/parse';
import { memoryIo, type MemoryIo } from '../testing/memory-io';
import { makePlan } from './plan';
import { dsubSpec } from './spec';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'dsub-'));
  await writeFile(join(cwd, 'fit.sh'), '#!/bin/sh\n#JDL JobName = from the script;\n#JDL CPUTime = 777\n#JDL Tags = {"a", "b"}\necho $1\n');
  await writeFile(join(cwd, 'data.txt'), 'data\n');
});
afterEach(() => rm(cwd, { recursive: true }));

async function plan(argv: string[], input = '', io: MemoryIo = memoryIo({ cwd, input })) {
  const parsed = parseOptions(dsubSpec, argv);
  if ('help' in parsed) throw new Error('asked for help');
  const { description, parameters } = await makePlan(parsed.options, parsed.args, io);
  const { inputSandbox = [], ...rest } = description;
  return { ...rest, inputs: inputSandbox.map(({ path, executable }) => (executable ? `${path}*` : path)), parameters };
}

describe('what dsub submits', () => {
  it('an absolute command as it is, its arguments apart', async () => {
    expect(await plan(['/bin/echo', 'Hello world'])).toEqual({
      executable: '/bin/echo',
      arguments: ['Hello world'],
      inputs: [],
      parameters: undefined,
    });
  });

  it('what follows the executable belongs to it, one "--" aside, and options of our own there are pointed out', async () => {
    const io = memoryIo({ cwd });
    expect(await plan(['/bin/sh', '-c', 'exit 3', '-N', 'x'], '', io)).toMatchObject({ arguments: ['-c', 'exit 3', '-N', 'x'] });
    expect(io.err()).toContain('-N stands after the executable and goes to it');
    expect(await plan(['/bin/ls', '--', '-l'])).toMatchObject({ arguments: ['-l'] });
  });

  it('a file that is here goes along, executable, and names the job', async () => {
    expect(await plan(['./fit.sh', '3'])).toMatchObject({ executable: 'fit.sh', arguments: ['3'], inputs: ['fit.sh*'] });
    await writeFile(join(cwd, 'plain'), 'echo hi\n');
    expect(await plan(['plain', '7'])).toMatchObject({
      executable: '/bin/sh',
      arguments: ['plain', '7'],
      inputs: ['plain*'],
      jobName: 'plain',
    });
    await writeFile(join(cwd, 'prog'), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1]));
    expect(await plan(['prog'])).toMatchObject({ executable: 'prog', inputs: ['prog*'] });
  });

  it('a bare name that is no file here is a command there; a path that is not here is an error', async () => {
    expect(await plan(['hostname'])).toMatchObject({ executable: 'hostname', inputs: [] });
    await expect(plan(['./gone.sh'])).rejects.toMatchObject({ exitCode: 2, message: 'Executable file "./gone.sh" not found' });
    await expect(plan(['--ForceExecUpload', '/bin/gone'])).rejects.toThrow('Executable file "/bin/gone" not found');
  });

  it('an absolute file goes along only when forced', async () => {
    expect(await plan([join(cwd, 'fit.sh')])).toMatchObject({ executable: join(cwd, 'fit.sh'), inputs: [] });
    expect(await plan(['--ForceExecUpload', join(cwd, 'fit.sh')])).toMatchObject({ executable: 'fit.sh', inputs: ['fit.sh*'] });
  });

  it('a script from standard input, with its directives', async () => {
    expect(await plan(['-', 'x'], '#JDL Site = LCG.CERN.cern, LCG.PIC.es\nhostname\n')).toMatchObject({
      executable: '/bin/sh', arguments: ['stdin.sh', 'x'], inputs: ['stdin.sh*'], jobName: 'STDIN', sites: ['LCG.CERN.cern', 'LCG.PIC.es'],
    }); // prettier-ignore
    expect(await plan([], '#!/usr/bin/env python3\n')).toMatchObject({ executable: 'stdin.sh' });
    await expect(plan([], '')).rejects.toThrow('Standard input was empty');
  });

  it('options win over the script, the script over the JDL, which fills the rest', async () => {
    await writeFile(
      join(cwd, 'job.jdl'),
      '[ Executable = "fit.sh"; Arguments = "-n \'a b\' 5"; InputSandbox = {"fit.sh", "data.txt"}; JobName = "jdl"; CPUTime = 1; Priority = 3; Platform = "ANY"; ]',
    );
    expect(await plan(['-J', 'job.jdl', '--CPUTime', '50'])).toEqual({
      executable: 'fit.sh', arguments: ['-n', 'a b', '5'], inputs: ['data.txt', 'fit.sh*'], jobName: 'from the script', cpuTimeS: 50, priority: 3,
      tags: ['a', 'b'], parameters: undefined,
    }); // prettier-ignore
    expect(await plan(['-J', 'JobName = inline, with commas; StdOutput = o.txt;', '/bin/true'])).toMatchObject({
      jobName: 'inline, with commas',
      stdOutput: 'o.txt',
    });
    await expect(plan(['-J', 'gone.jdl'])).rejects.toThrow('there is no file "gone.jdl"');
  });

  it('a JDL by its name alone, its steps, and what it says that means nothing here', async () => {
    await writeFile(
      join(cwd, 'job.jdl'),
      'Steps = { [Executable = "make"], [Executable = "./run"] };\nseed = 7;\nInputSandbox = data.txt;',
    );
    const io = memoryIo({ cwd });
    expect(await plan(['job.jdl'], '', io)).toEqual({
      steps: [{ executable: 'make' }, { executable: './run' }],
      inputs: ['data.txt'],
      otherAttributes: { seed: 7 },
      parameters: undefined,
    });
    expect(io.err()).toBe('dsub: job.jdl, line 2, column 1: seed changes nothing here; it is kept with the job.\n');
  });

  it('the steps of what the Python client wrote for its own runner, without the runner', async () => {
    const parameter = (name: string, value: string) => `<Parameter name="${name}"><value><![CDATA[${value}]]></value></Parameter>`;
    const xml = `<Workflow><ModuleDefinition><body>from DIRAC.Workflow.Modules.Script import Script</body><type>Script</type></ModuleDefinition>
      <StepDefinition><type>S1</type><ModuleInstance><type>Script</type></ModuleInstance></StepDefinition>
      <StepInstance><type>S1</type><name>Run</name>${parameter('executable', 'fit.sh')}${parameter('arguments', '-n 5')}</StepInstance></Workflow>`;
    await writeFile(join(cwd, 'jobDescription.xml'), xml);
    await writeFile(
      join(cwd, 'job.jdl'),
      'Executable = dirac-jobexec;\nArguments = jobDescription.xml -o LogLevel=INFO;\nInputSandbox = {"fit.sh", "jobDescription.xml"};\n',
    );
    expect(await plan(['-J', 'job.jdl'])).toEqual({
      steps: [{ executable: 'fit.sh', arguments: ['-n', '5'] }],
      logLevel: 'INFO',
      inputs: ['fit.sh*'],
      parameters: undefined,
    });
  });

  it('reads the environment as the Python client encodes it', async () => {
    const jdl = 'Executable = "/bin/env"; ExecutionEnvironment = {"A=one%20two%3B", "B=50%"};';
    expect(await plan(['-J', jdl])).toMatchObject({ environment: { A: 'one two;', B: '50%' } });
  });

  it('directories, patterns and links in the input sandbox', async () => {
    await mkdir(join(cwd, 'lib/deep'), { recursive: true });
    await writeFile(join(cwd, 'lib/deep/b.txt'), 'b');
    await symlink('../data.txt', join(cwd, 'lib/a.txt'));
    expect(await plan(['--InputSandbox', 'lib,*.txt', '/bin/true'])).toMatchObject({ inputs: ['lib/a.txt', 'lib/deep/b.txt', 'data.txt'] });
    await writeFile(join(cwd, 'lib/data.txt'), 'other');
    await expect(plan(['--InputSandbox', 'data.txt,lib/data.txt', '/bin/true'])).rejects.toThrow('would both become "data.txt"');
    await expect(plan(['--InputSandbox', 'gone.txt', '/bin/true'])).rejects.toThrow('there is no file "gone.txt"');
    await expect(plan(['--InputSandbox', '*.gone', '/bin/true'])).rejects.toThrow('nothing matches "*.gone"');
    await expect(plan(['--InputSandbox', 'LFN:/vo/x', '/bin/true'])).rejects.toThrow('data side');
    await symlink('..', join(cwd, 'lib/round'));
    await expect(plan(['--InputSandbox', 'lib', '/bin/true'])).rejects.toThrow('is no ordinary file');
  });

  it('keeps the x bit of a helper script', async () => {
    await writeFile(join(cwd, 'helper'), 'x');
    await chmod(join(cwd, 'helper'), 0o755);
    expect(await plan(['--InputSandbox', 'helper,data.txt', '/bin/true'])).toMatchObject({ inputs: ['helper*', 'data.txt'] });
  });

  it('a job for each parameter, %s and %n in its texts; without parameters they stay', async () => {
    const swept = await plan(['--Parametric', 'a,b', '-N', 'fit %s', '/bin/echo', '%s', '%n']);
    expect(swept).toMatchObject({ jobName: 'fit {s}', arguments: ['{s}', '{n}'], parameters: [{ s: 'a', n: '0' }, { s: 'b', n: '1' }] }); // prettier-ignore
    const io = memoryIo({ cwd });
    expect(await plan(['--Parametric', '1:3', '/bin/echo', '%s %(C)s'], '', io)).toMatchObject({ parameters: [{ s: 1 }, { s: 2 }] });
    expect(io.err()).toContain('%(C)s stands for no parameter of these jobs and stays as it is.');
    expect(await plan(['/usr/bin/printf', '%s'])).toMatchObject({ arguments: ['%s'], parameters: undefined });
  });
});

describe('what dsub refuses, by name', () => {
  it.each([
    [['-J', 'Executible = "x";'], '-J, line 1, column 1: there is no attribute Executible. Did you mean Executable?'],
    [['--CPUTime', 'soon', '/bin/true'], '--CPUTime: CPUTime takes a whole number, but is "soon"'],
    [['-J', 'Executable = dirac-jobexec; Arguments = jobDescription.xml;'], 'run jobDescription.xml, which is not in the InputSandbox'],
    [['-J', 'Site = "A"; BannedSite = "B"; BannedSites = "C"; Executable = "/x";'], 'BannedSites means the same as BannedSite'],
    [['-J', 'Executable = "/x"; CPUTime = "soon";'], 'CPUTime takes a whole number, but is "soon"'],
    [['-J', 'Executable = {"a","b"};'], 'Executable takes one value, but has a list of 2'],
    [['-J', 'Executable = "/x"; Arguments = "a \'b";'], "have an open '"],
    [['-J', 'Executable = "/x"; ExecutionEnvironment = {"=1"};'], 'is not NAME=VALUE'],
  ])('%j', async (argv, message) => {
    const error: unknown = await plan(argv).catch((thrown: unknown) => thrown);
    expect([exitCodeOf(error), (error as Error).message]).toEqual([2, expect.stringContaining(message)]);
  });

  it('a wrong directive, with its line and column in the script', async () => {
    await writeFile(join(cwd, 'bad.sh'), '#!/bin/sh\n#JDL JobName = "open\n');
    await expect(plan(['./bad.sh'])).rejects.toThrow('./bad.sh, line 2, column 16: this string is not closed');
  });
});
