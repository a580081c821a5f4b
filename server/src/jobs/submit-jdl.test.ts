import { fromJDL, getJob, getJobJdl, listGroups, searchJobs, submitJobs, uploadSandboxFile } from '@diraclab/contract';
import type { SandboxFile } from '@diraclab/contract';
import { createHash } from 'node:crypto';
import { describeGrid } from '../testing/test-grid.ts';
import type { TestGrid } from '../testing/test-grid.ts';

/** As alice's Python client writes it. */
const fromPython = `
    Arguments = -n 'a b' %j;
    Executable = fit.sh;
    InputSandbox =
        {
            "fit.sh",
            "data.txt"
        };
    JobName = my second job, v2;
    Site = ANY;
    CPUTime = 3600;
    StopSigNumber = 2;`;

async function upload({ call }: TestGrid, path: string, text: string): Promise<SandboxFile> {
  const digest = createHash('sha256').update(text).digest('hex');
  await call.upload(uploadSandboxFile, { params: { digest } }, { data: Buffer.from(text), sizeBytes: text.length });
  return { path, digest, sizeBytes: text.length };
}

const refusal = (grid: TestGrid, jdl: string, more: object = {}) =>
  grid.call(submitJobs, { body: { jdl, ...more } }).then(
    () => 'taken',
    ({ code, message, ids }: { code: string; message: string; ids: object }) => ({ code, message, ids }),
  );

describeGrid('submitting JDL', (start) => {
  it('of the Python client: the job is the one it describes, and comes back as JDL that makes the same job', async () => {
    const grid = await start();
    const inputSandbox = [await upload(grid, 'fit.sh', '#!/bin/sh'), await upload(grid, 'data.txt', '42')];
    const { jobIds } = await grid.call(submitJobs, { body: { jdl: fromPython, inputSandbox } });
    const jobId = jobIds[0] ?? 0;
    const { description, jobName } = await grid.call(getJob, { params: { jobId } });
    expect(description).toEqual({
      jobName: 'my second job, v2',
      executable: 'fit.sh',
      arguments: ['-n', 'a b', '{jobId}'],
      cpuTimeS: 3600,
      inputSandbox,
      otherAttributes: { StopSigNumber: 2 },
    });
    expect(jobName).toBe('my second job, v2');
    const { jdl } = await grid.call(getJobJdl, { params: { jobId } });
    expect(fromJDL(jdl).description).toEqual(description);
    const again = await grid.call(submitJobs, { body: { jdl } });
    expect((await grid.call(getJob, { params: { jobId: again.jobIds[0] ?? 0 } })).description).toEqual(description);
    const [matched] = await (await grid.pilot()).match();
    expect(matched?.description.arguments).toEqual(['-n', 'a b', String(jobId)]);
    await expect(grid.call(getJobJdl, { params: { jobId: 999_999 } })).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('with parameters is one bulk in one group, expanded here, and its key gives the same jobs', async () => {
    const grid = await start();
    const jdl = `[ Executable = "/bin/fit"; JobName = "fit_%n"; Arguments = "%s %(B)s"; StdOutput = "out_%n_%j.txt";
      Parameters = 250; ParameterStart = 10; ParameterStep = 5; Parameters.B = 250; ParameterStart.B = 0; ParameterStep.B = 1 ]`;
    const first = await grid.call(submitJobs, { body: { jdl, idempotencyKey: 'once' } });
    expect(await grid.call(submitJobs, { body: { jdl, idempotencyKey: 'once' } })).toEqual({ ...first, repeated: true });
    expect(first.jobIds).toHaveLength(250);
    expect((await grid.call(listGroups, { query: {} })).groups).toMatchObject([{ jobGroup: first.jobGroup, total: 250 }]);
    const second = first.jobIds[1] ?? 0;
    expect(await grid.call(getJob, { params: { jobId: second } })).toMatchObject({
      jobName: 'fit_001',
      parameters: { s: 15, B: 1, n: '001' },
    });
    const matched = await (await grid.pilot()).match({ slots: 2 });
    expect(matched[1]?.description).toMatchObject({ arguments: ['15', '1'], stdOutput: `out_001_${second}.txt` });
    const { description } = await grid.call(getJobJdl, { params: { jobId: second } });
    expect(description).toMatchObject({ jobName: 'fit_001', arguments: ['15', '1'], stdOutput: 'out_001_{jobId}.txt' });
  });

  it('that asks for more jobs than a call may have is refused before one is made, whatever asks', async () => {
    const grid = await start({ maxBulkJobs: 1000 });
    for (const recipe of ['Parameters = 1000000', 'Parametric = "0:1000000"', `Parameters = {${'1, '.repeat(1000)} 2}`])
      expect(await refusal(grid, `Executable = "x"; ${recipe};`)).toMatchObject({ code: 'TooLarge' });
    expect(await refusal(grid, 'Executable = "x"; Parameters = 2; OutputSandbox = {"../%s"};')).toMatchObject({ code: 'BadRequest' });
    expect(await refusal(grid, 'Executable = "x"; Parameters = {"a", "../b"}; StdOutput = "%s";')).toMatchObject({
      message: expect.stringContaining('parameters.1') as string,
    });
    expect(await refusal(grid, `Executable = "${'x'.repeat(10_000_000)}";`)).toMatchObject({ code: 'BadRequest' });
    expect((await grid.call(searchJobs, { body: {} })).total).toBe(0);
    expect((await grid.call(submitJobs, { body: { jdl: 'Executable = "x"; Parameters = 1000;' } })).jobIds).toHaveLength(1000);
  });

  it('is refused where it is wrong, with line and column for people and programs', async () => {
    const grid = await start();
    const refused: [string, string, object][] = [
      ['[\n  Executable = "open;\n]', 'JDL, line 2, column 16: this string is not closed', { line: 2, column: 16 }],
      ['Executable = "x";\nPriority = 50;', 'JDL, line 2, column 1: Priority: Too big', { line: 2, column: 1 }],
      [
        'Executable = "x";\nOutputSandbox = {"ok", "../x"};',
        'line 2, column 1: OutputSandbox (outputSandbox.1): must stay inside',
        { line: 2 },
      ],
      ['JobName = "x";', 'Executable is missing', {}],
      ['Executable = "x"; Owner = "mallory";', 'Wrong Owner in JDL: it says "mallory"', { line: 1, column: 19 }],
      ['Executable = "x"; InputSandbox = {"fit.sh"};', 'The InputSandbox names fit.sh, and the call does not say which bytes', {}],
      ['Executable = "x"; InputSandbox = {"LFN:/vo/f"};', 'which needs the data side', {}],
      [
        'Executable = "x"; InputData = {"LFN:/vo/f"};',
        'LFN input data needs the file catalogue, which this server does not have yet: LFN:/vo/f',
        {},
      ],
      ['Executable = "x"; OutputData = "*.root";', 'Output data needs the file catalogue', {}],
      ['Executable = "x"; GridCE = "ce.pic.es";', 'This server cannot choose a computing element yet', {}],
    ];
    for (const [jdl, message, ids] of refused)
      expect([jdl, await refusal(grid, jdl)]).toMatchObject([
        jdl,
        { code: 'BadRequest', message: expect.stringContaining(message) as string, ids },
      ]);
    expect((await grid.call(searchJobs, { body: {} })).total).toBe(0);
  });

  it('of several steps, written for the runner of DIRAC, becomes its steps', async () => {
    const grid = await start();
    const parameter = (name: string, value: string) => `<Parameter name="${name}"><value><![CDATA[${value}]]></value></Parameter>`;
    const workflow = (module: string) =>
      `<Workflow><ModuleDefinition><body>from DIRAC.Workflow.Modules.Script import Script</body><type>Script</type></ModuleDefinition>
       <StepDefinition><type>S</type><ModuleInstance><type>${module}</type></ModuleInstance></StepDefinition>
       ${['make', 'run'].map((name) => `<StepInstance><type>S</type><name>${name}</name>${parameter('executable', name)}${parameter('arguments', '-x "a b"')}${parameter('applicationLog', `${name}.log`)}</StepInstance>`).join('')}</Workflow>`;
    const jdl = 'Executable = dirac-jobexec; Arguments = jobDescription.xml -o LogLevel=INFO; InputSandbox = {jobDescription.xml};';
    const file = await upload(grid, 'jobDescription.xml', workflow('Script'));
    const { jobIds } = await grid.call(submitJobs, { body: { jdl, inputSandbox: [file] } });
    expect((await grid.call(getJob, { params: { jobId: jobIds[0] ?? 0 } })).description).toEqual({
      logLevel: 'INFO',
      steps: ['make', 'run'].map((name) => ({ executable: name, arguments: ['-x', 'a b'], logFile: `${name}.log` })),
    });
    const other = await upload(grid, 'jobDescription.xml', workflow('UploadOutputData'));
    expect(await refusal(grid, jdl, { inputSandbox: [other] })).toMatchObject({
      message: expect.stringContaining('the step make runs the module UploadOutputData') as string,
    });
    expect(await refusal(grid, jdl, { inputSandbox: [{ ...file, digest: 'f'.repeat(64) }] })).toMatchObject({ code: 'MissingSandboxFile' });
  });

  it('is one of two ways: never both, never neither', async () => {
    const grid = await start();
    const description = { executable: 'x' };
    expect(await refusal(grid, 'Executable = "x";', { description })).toMatchObject({ message: expect.stringContaining('either "description" or "jdl"') as string }); // prettier-ignore
    await expect(grid.call(submitJobs, { body: {} })).rejects.toMatchObject({ code: 'BadRequest' });
    await expect(grid.call(submitJobs, { body: { description, inputSandbox: [] } })).rejects.toMatchObject({ code: 'BadRequest' });
    expect(await refusal(grid, 'Executable = "x"; Parameters = 2;', { parameters: [{ a: 1 }] })).toMatchObject({ code: 'BadRequest' });
  });
});
