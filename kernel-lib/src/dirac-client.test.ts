import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dirac } from './dirac-client';
import { Job } from './dirac-job';
import { defaultSession } from './session';
import { startTinyServer, type TinyServer } from './testing/tiny-server';

let server: TinyServer;
let folder: string;
const before = process.cwd();
beforeAll(async () => {
  server = await startTinyServer();
  process.env['DIRACLAB_DATA'] = server.directory;
  folder = await mkdtemp(join(tmpdir(), 'dirac-'));
  process.chdir(folder);
});
afterAll(async () => {
  process.chdir(before);
  defaultSession().live.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("DIRAC's Python example, line by line", () => {
  it('with options', async () => {
    const job = new Job();
    job.setCPUTime(500);
    job.setExecutable('echo', { arguments: ['hello'] });
    job.setName('API');
    const dirac = new Dirac();
    const result = await dirac.submitJob(job);
    expect(result).toEqual({ OK: true, Value: 101, JobID: 101 });
    expect(server.jobs.get(101).description).toEqual({
      jobName: 'API',
      cpuTimeS: 500,
      steps: [{ executable: 'echo', arguments: ['hello'] }],
    });
  });

  it('with its positional form, several steps, a local script and all the setters', async () => {
    await writeFile('my.sh', 'echo mine\n');
    await writeFile('in.dat', '1\n');
    const job = new Job();
    job.setExecutable('/bin/echo', 'hello "big world"', 'log.txt');
    job.setExecutable('my.sh');
    job.setInputSandbox(['in.dat', 'my.sh']);
    job.setOutputSandbox('*.txt');
    job.setDestination('LCG.CERN.cern');
    job.setBannedSites(['LCG.A.b']);
    job.setTag('GPU');
    job.setPlatform('ANY');
    job.setNumberOfProcessors(4);
    job.setRAMRequirements(2000);
    job.setPriority(3);
    job.setJobGroup('g');
    job.setExecutionEnv({ SEED: 1 });
    job.setType('Test');
    expect(await new Dirac().submitJob(job)).toMatchObject({ OK: true });
    expect(server.jobs.get(102).description).toMatchObject({
      steps: [{ executable: '/bin/echo', arguments: ['hello', 'big world'], logFile: 'log.txt' }, { executable: 'my.sh' }],
      inputSandbox: [{ path: 'my.sh', executable: true }, { path: 'in.dat' }],
      outputSandbox: ['*.txt'],
      sites: ['LCG.CERN.cern'],
      bannedSites: ['LCG.A.b'],
      tags: ['GPU'],
      numberOfProcessors: 4,
      minRamMB: 2000,
      priority: 3,
      jobGroup: 'g',
      environment: { SEED: '1' },
      jobType: 'Test',
    });
    expect(server.jobs.get(102).description).not.toHaveProperty('platforms');
  });
});

describe('its answers', () => {
  const dirac = new Dirac();
  it('never throw: a wrong setter refuses the submission', async () => {
    const job = new Job();
    expect(job.setCPUTime('soon' as unknown as number)).toMatchObject({ OK: false, Message: expect.stringContaining('"soon"') });
    job.setExecutable('true');
    expect(await dirac.submitJob(job)).toMatchObject({ OK: false, Message: expect.stringContaining('setCPUTime') });
    expect(await dirac.submitJob(new Job())).toMatchObject({ OK: false, Message: expect.stringContaining('setExecutable') });
    expect(await dirac.killJob(9999)).toMatchObject({ OK: false, Message: expect.stringContaining('9999'), Errno: 1504 });
    expect(await dirac.getJobStatus('abc')).toMatchObject({ OK: false, Message: expect.stringContaining('"abc" is not a job id') });
  });

  it("are DIRAC's: status, summary, attributes, log, peek, kill, reschedule, delete", async () => {
    server.jobs.run(101);
    server.jobs.write(101, 'hello\n');
    expect(await dirac.getJobStatus([101])).toEqual({
      OK: true,
      Value: { 101: { Status: 'Running', MinorStatus: 'Application', ApplicationStatus: '', Site: 'LOCAL.here' } },
    });
    expect(await dirac.getJobSummary(101)).toMatchObject({ Value: { 101: { JobName: 'API', Status: 'Running' } } });
    expect(await dirac.getJobAttributes(101)).toMatchObject({ Value: { JobID: '101', UserPriority: '1', EndExecTime: 'None' } });
    expect(await dirac.getJobJDL(101)).toMatchObject({ Value: expect.stringContaining('JobName = "API";') });
    expect(await dirac.peekJob(101)).toEqual({ OK: true, Value: 'hello\n' });
    expect(await dirac.getJobLoggingInfo(101)).toMatchObject({
      Value: [['Running', 'Application', '', expect.stringMatching(/^2026-11-22 10:/), 'TinyServer']],
    });
    expect(await dirac.killJob([101])).toEqual({ OK: true, Value: [101] });
    expect(await dirac.rescheduleJob(101)).toEqual({ OK: true, Value: [101] });
    server.jobs.write(101, 'hello again\n');
    server.jobs.end(101);
    expect(await dirac.getOutputSandbox(101)).toEqual({ OK: true, Value: '101' });
    expect(await readFile('101/std.out', 'utf8')).toBe('hello again\n');
    expect(await dirac.getOutputSandbox(101)).toMatchObject({ OK: false, Message: 'Job output directory 101 already exists' });
    expect(await dirac.deleteJob(101)).toEqual({ OK: true, Value: [101] });
  });
});
