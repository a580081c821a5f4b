import { fromJDL } from './from-jdl';
import { JdlError } from './error';

const describeJdl = (text: string) => fromJDL(text, { name: 'job.jdl' }).description;
const rows = (text: string, mostJobs = 1000) => fromJDL(`Executable = "x"; ${text}`, { name: 'job.jdl', mostJobs }).parameters;

describe('a job description in JDL', () => {
  it('as the Python client writes it: every attribute in its field, unknown ones kept', () => {
    const text = `
    Arguments = -n 'a b' 5;
    BannedSite = LCG.Bad.org;
    CPUTime = 3600;
    Executable = /bin/echo;
    ExecutionEnvironment =
        {
            "A=one%20two%3B",
            "B=50%"
        };
    GridCE = ce.pic.es;
    InputData = LFN:/cta.vo/a.dat;
    InputDataPolicy = Download;
    InputSandbox = {"fit.sh", "data.txt"};
    JobName = my second job, v2;
    JobType = User;
    LogLevel = DEBUG;
    MaxNumberOfProcessors = 8;
    MaxRAM = 4000;
    MinNumberOfProcessors = 2;
    MinRAM = 2000;
    NumberOfGPUs = 1;
    OutputData = {"*.root", "LFN:/cta.vo/x"};
    OutputPath = /r1;
    OutputSE = CYFRONET-disk, PIC-disk;
    OutputSandbox = *.log;
    Platform = ANY;
    Priority = 3;
    Requirements = other.Free > 5;
    Site = LCG.CERN.cern, LCG.PIC.es;
    StdError = err.txt;
    StdOutput = out.txt;
    StopSigNumber = 2;
    Tag = GPU;
    WholeNode = True;
    seed = 7;`;
    expect(fromJDL(text)).toMatchObject({
      localFiles: ['fit.sh', 'data.txt'],
      description: {
        arguments: ['-n', 'a b', '5'], bannedSites: ['LCG.Bad.org'], cpuTimeS: 3600, executable: '/bin/echo', gridCE: 'ce.pic.es',
        environment: { A: 'one two;', B: '50%' }, inputData: ['LFN:/cta.vo/a.dat'], inputDataPolicy: 'Download', jobName: 'my second job, v2',
        jobType: 'User', logLevel: 'DEBUG', maxNumberOfProcessors: 8, minNumberOfProcessors: 2, maxRamMB: 4000, minRamMB: 2000, numberOfGpus: 1,
        outputData: ['*.root', 'LFN:/cta.vo/x'], outputPath: '/r1', outputSE: ['CYFRONET-disk', 'PIC-disk'], outputSandbox: ['*.log'], priority: 3,
        sites: ['LCG.CERN.cern', 'LCG.PIC.es'], stdError: 'err.txt', stdOutput: 'out.txt', tags: ['GPU'], wholeNode: true,
        otherAttributes: { Requirements: 'other.Free > 5', StopSigNumber: 2, seed: 7 },
      },
    }); // prettier-ignore
    expect(describeJdl(text)).not.toHaveProperty('platforms');
  });

  it('with steps and files of ours', () => {
    const digest = 'a'.repeat(64);
    expect(
      fromJDL(
        `[ Steps = { [Executable = "make"; Arguments = "-j 4"; LogFile = "m.log"], [executable = "./run"] };
           InputSandbox = {"here.txt", [Path = "a/b"; Digest = "${digest}"; SizeBytes = 3; Executable = true]} ]`,
      ),
    ).toMatchObject({
      description: {
        steps: [{ executable: 'make', arguments: ['-j', '4'], logFile: 'm.log' }, { executable: './run' }],
        inputSandbox: [{ path: 'a/b', digest, sizeBytes: 3, executable: true }],
      },
      localFiles: ['here.txt'],
    });
  });

  it.each([
    ['CPUTime = "soon";', 'line 1, column 1: CPUTime takes a whole number, but is "soon"'],
    ['A = 1;\n Executable = {"a","b"};', 'line 2, column 2: Executable takes one value, but has a list of 2'],
    ['Site = "A"; BannedSite = "B"; BannedSites = "C";', 'column 31: BannedSites means the same as BannedSite, which stands in line 1'],
    [`Arguments = "a 'b";`, `have an open '`],
    ['ExecutionEnvironment = {"=1"};', '"=1" in ExecutionEnvironment is not NAME=VALUE'],
    ['WholeNode = maybe;', 'WholeNode is true or false, but is "maybe"'],
    ['Steps = {"x"};', 'Steps takes records: [Executable = …; …]'],
    ['Steps = {[Exe = "x"]};', 'column 11: a record of Steps has no Exe; it has Executable, Arguments, LogFile'],
    ['InputSandbox = {[Path = "x"]};', 'a record of InputSandbox needs Path, Digest and SizeBytes'],
    ['Parameters = {1, 2}; CPUTime = %s;', 'CPUTime cannot depend on a parameter, but is "%s"'],
    ['Placeholders = "percent";', 'Placeholders can only be "braces"'],
  ])('%j is refused with its place', (text, message) => {
    expect(() => describeJdl(text)).toThrow(JdlError);
    expect(() => describeJdl(text)).toThrow(message);
  });
});

describe('parameters of a JDL', () => {
  it('follow DIRAC: each next is the last times Factor plus Step', () => {
    expect(rows('Parameters = 3; ParameterStart = 10; ParameterStep = 5;')).toEqual([{ s: 10 }, { s: 15 }, { s: 20 }]);
    expect(rows('Parameters = 4; ParameterFactor = 2;')?.map(({ s }) => s)).toEqual([1, 2, 4, 8]);
    expect(rows('Parameters = 4; ParameterStart = 0; ParameterStep = 0.1;')?.map(({ s }) => s)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(rows('Parameters = {"x", 7, 007, "8", true};')?.map(({ s }) => s)).toEqual(['x', 7, '007', '8', true]);
    expect(rows('Parameters = a, b;')?.map(({ s }) => s)).toEqual(['a', 'b']);
  });

  it('have named sequences of one length, and none without a name that nobody wrote', () => {
    expect(rows('Parameters.A = {"p","q"}; Parameters.B = 2; ParameterStart.B = 3; ParameterStep.B = 1;')).toEqual([
      { A: 'p', B: 3 },
      { A: 'q', B: 4 },
    ]);
    expect(() => rows('Parameters.A = {"p","q"}; Parameters.B = 3;')).toThrow('Parameters.B has 3 values and Parameters.A 2');
    expect(() => rows('ParameterStart = 3;')).toThrow('there is no Parameters');
    expect(() => rows('Parameters = many;')).toThrow('takes a list or a number of values, but is "many"');
    expect(() => rows('Parameters = {};')).toThrow('Parameters has no values');
    expect(rows('')).toBeUndefined();
  });

  it('are lists and loops start:stop[:step[:factor]] whose stop is not reached, for dsub', () => {
    const loop = (text: string, most?: number) => rows(`Parametric = "${text}";`, most)?.map(({ s }) => s);
    expect(loop('a,b,1:10:2:1')).toEqual(['a', 'b', 1, 3, 5, 7, 9]);
    expect(loop('5:2:-1')).toEqual([5, 4, 3]);
    expect(loop('1:100:0:10')).toEqual([1, 10]);
    expect(loop('0:1:0.1')).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
    expect(loop('run:7')).toEqual(['run:7']);
    expect(loop('10:02:15:00:9')).toEqual(['10:02:15:00:9']);
    expect(() => loop('1:10:-1')).toThrow('1:10:-1 never reaches 10: after 1 comes 0');
    expect(() => loop('1:10:0')).toThrow('never reaches');
    expect(() => loop('0:2000000')).toThrow('Parametric makes more than 1000 jobs');
    expect(() => loop('5:5')).toThrow('no values');
  });

  it('are counted before one is made: a million from one line costs nothing', () => {
    for (const text of [
      'Parameters = 1000000;',
      'Parameters = 999999999999999; ParameterStep = 1;',
      `Parameters = {${'1,'.repeat(1000)}1};`,
    ])
      expect(() => rows(text)).toThrow(
        expect.objectContaining({ code: 'TooLarge', message: expect.stringContaining('Nothing was submitted') }),
      );
    expect(rows('Parameters = 1000; ParameterStep = 1;')).toHaveLength(1000);
    expect(() => rows('Parameters = 999; ParameterFactor = 1000;')).toThrow('grows beyond all numbers');
  });

  it('stand where %s, %(B)s, %n and %j stood, padded as DIRAC pads; what is no parameter stays', () => {
    const { description, parameters } = fromJDL(
      'Executable = "run_%s"; Arguments = "%n %(B)s %(C)s 100% %d {B} %j"; Parameters = 11; Parameters.B = 11; seed = %(B)s; Site = "A";',
    );
    expect(description).toMatchObject({
      executable: 'run_{s}',
      arguments: ['{n}', '{B}', '%(C)s', '100%', '%d', '{B}', '{jobId}'],
      otherAttributes: { seed: '{B}' },
    });
    expect(parameters?.[7]).toEqual({ s: 1, B: 1, n: '07' });
  });

  it('leave a single job alone, but for %j', () => {
    expect(describeJdl('Executable = "printf"; Arguments = "%s %n %(x)s %j";').arguments).toEqual(['%s', '%n', '%(x)s', '{jobId}']);
  });

  it('keep apart what DIRAC calls %s and a sequence that is named s', () => {
    const { description, parameters } = fromJDL(
      'Arguments = "%s %(s)s %n %(n)s"; Parameters = {1}; Parameters.s = {2}; Parameters.n = {3};',
    );
    expect(description.arguments).toEqual(['{s_}', '{s}', '{n_}', '{n}']);
    expect(parameters).toEqual([{ s_: 1, s: 2, n: 3, n_: '0' }]);
  });
});
