import type { Job } from '@diraclab/contract';
import { formatJobs } from '../dstat/print-jobs';
import { csvLine } from './csv';
import { chooseFields, defaultFields, jobIdField } from './job-fields';
import { prettyTable, widthOf } from './table';
import { wantsColour } from './style';

const job = (over: Partial<Job>): Job => ({
  jobId: 1, jobName: 'helloWorld', jobGroup: 'NoGroup', jobType: 'User', owner: 'atsareg', ownerGroup: 'vo_user', vo: 'vo', site: 'EGI.CNRS.fr', status: 'Running',
  minorStatus: 'Application', applicationStatus: '', priority: 1, cpuTimeS: 86_400, submissionTime: '2026-11-22T10:00:00.000Z',
  lastUpdateTime: '2026-11-22T10:00:00.000Z', startExecTime: null, endExecTime: null, heartBeatTime: null, rescheduleCounter: 0, attempt: 1, endReason: null,
  exitCode: null, cpuTimeUsedS: null, wallTimeUsedS: null, maxRssMB: null, parameters: null, ...over,
}); // prettier-ignore

const plain = { fields: defaultFields, chosen: false, colour: false } as const;

describe('what dstat prints', () => {
  // Produced by DIRAC's own formatters; there the second job gives MinorStatus its width.
  const golden = [
    'JobID  Owner    JobName     OwnerGroup  JobGroup  Site         Status   MinorStatus             SubmissionTime',
    '=====================================================================================================================',
    '    1  atsareg  helloWorld  vo_user     NoGroup   EGI.CNRS.fr  Running  Application             2026-11-22 10:00:00',
    '   12  atsareg  helloWorld  vo_user     NoGroup   ANY          Waiting  Pilot Agent Submission  2026-11-22 10:00:01',
  ];
  const jobs = [
    job({}),
    job({ jobId: 12, site: 'ANY', status: 'Waiting', minorStatus: 'Pilot Agent Submission', submissionTime: '2026-11-22T10:00:01.000Z' }),
  ];

  it('is DIRAC’s table to the letter', () => {
    expect(formatJobs(jobs, { ...plain, format: 'pretty' }).split('\n')).toEqual(golden);
  });

  it('is csv without a comma at the end of the lines', () => {
    const fields = chooseFields('Status,EndExecTime,SubmissionTime');
    expect(formatJobs(jobs, { ...plain, fields, format: 'csv' })).toBe(
      'JobID,Status,EndExecTime,SubmissionTime\n1,Running,,2026-11-22 10:00:00\n12,Waiting,,2026-11-22 10:00:01',
    );
  });

  it('is COMDIRAC’s array with -f json: its names, ids as numbers', () => {
    const fields = chooseFields('Owner');
    expect(JSON.parse(formatJobs(jobs, { ...plain, fields, format: 'json' }))).toEqual([
      { JobID: 1, Owner: 'atsareg' },
      { JobID: 12, Owner: 'atsareg' },
    ]);
  });

  it('is one versioned document with --json, with the names of the API, and only the fields that were chosen', () => {
    expect(JSON.parse(formatJobs(jobs, { ...plain, format: 'document' }))).toEqual({ v: 1, jobs, total: 2 });
    const chosen = { ...plain, fields: chooseFields('endExecTime'), chosen: true };
    expect(JSON.parse(formatJobs(jobs, { ...chosen, format: 'document' })).jobs[0]).toEqual({ jobId: 1, endExecTime: null });
  });

  it('keeps its columns with Japanese and combining letters, and shows an escape sequence in a job name instead of obeying it', () => {
    const rows = [job({ jobName: '解析' }), job({ jobName: 'e\u0301te' }), job({ jobName: '\u001b]52;c;aGk=\u0007x' })];
    const lines = formatJobs(rows, { ...plain, fields: chooseFields('JobName,Owner'), format: 'pretty' })
      .split('\n')
      .slice(2);
    const places = lines.map((line) => widthOf(line.slice(0, line.indexOf('atsareg'))));
    expect(new Set(places).size).toBe(1);
    expect(lines[2]).toContain('\\x1b]52;c;aGk=\\x07x');
  });

  it.each([
    ['𠮷野家', 6],
    ['🇫🇷', 2],
    ['각', 2],
    ['a\ufeffb', 2],
    ['🎉', 2],
    ['〿', 1],
  ])('%j takes %i columns', (text, columns) => {
    expect(widthOf(text)).toBe(columns);
  });

  it('colours the state and nothing else', () => {
    const coloured = formatJobs([job({})], { ...plain, format: 'pretty', colour: true });
    expect(coloured).toContain('\u001b[36mRunning\u001b[0m  Application');
    expect(coloured.split('\u001b')).toHaveLength(3);
  });
});

describe('prettyTable', () => {
  it('aligns numbers to the right under a heading that stands left, like DIRAC’s', () => {
    expect(prettyTable([{ name: 'ID', align: 'right' }, { name: 'X' }], [['1000', 'a'], ['7', 'b']])).toBe('ID    X\n=========\n1000  a\n   7  b'); // prettier-ignore
  });
});

describe('csvLine', () => {
  it('quotes commas and quotes, and disarms what a spreadsheet would run', () => {
    expect(csvLine(['a,b', 'say "x"', '=1+1', '@SUM', null, 5, 'two\nlines'])).toBe(`"a,b","say ""x""",'=1+1,'@SUM,,5,two\\nlines`);
  });
});

describe('fields', () => {
  it('are known by DIRAC’s names and the API’s in any case; JobID comes first, each once', () => {
    expect(chooseFields('status,JOBID, endexectime ,Status').map(({ name }) => name)).toEqual(['JobID', 'Status', 'EndExecTime']);
    expect(chooseFields('')).toEqual([jobIdField]);
  });

  it('show seconds to the hundredth', () => {
    expect(formatJobs([job({ cpuTimeUsedS: 0.06015977199999997 })], { ...plain, fields: chooseFields('CPUTimeUsed'), format: 'csv' })).toBe(
      'JobID,CPUTimeUsed\n1,0.06',
    );
  });

  it('suggests the nearest', () => {
    expect(() => chooseFields('Stauts')).toThrow('There is no field "Stauts". Did you mean Status?');
  });
});

describe('colour', () => {
  it('is for terminals, unless somebody said otherwise', () => {
    expect(wantsColour({ env: {}, isTty: true })).toBe(true);
    expect(wantsColour({ env: {}, isTty: false })).toBe(false);
    expect(wantsColour({ env: { NO_COLOR: '1' }, isTty: true })).toBe(false);
    expect(wantsColour({ env: { NO_COLOR: '' }, isTty: true })).toBe(true);
    expect(wantsColour({ env: { TERM: 'dumb' }, isTty: true })).toBe(false);
    expect(wantsColour({ env: { FORCE_COLOR: '1', NO_COLOR: '1' }, isTty: false })).toBe(true);
    expect(wantsColour({ env: { FORCE_COLOR: '1' }, isTty: true, asked: 'never' })).toBe(false);
  });
});
