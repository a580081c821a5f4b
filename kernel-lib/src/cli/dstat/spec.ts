import { defineCommand, outputOptions } from '../options/spec';

export const dstatSpec = defineCommand({
  name: 'dstat',
  summary: 'show jobs and their states',
  usage: '[options] [ids…]',
  details: [
    'Without ids: your own jobs that are not final and changed in the last 10 days. With ids (881, 881,882, 881-903, - for standard input, @file): those jobs, in any state unless -S is given. Deleted jobs are shown only with -S Deleted.',
    'Columns: JobID, Owner, JobName, OwnerGroup, JobGroup, Site, Status, MinorStatus, SubmissionTime; more with -F: JobType, ApplicationStatus, StartExecTime, EndExecTime, LastUpdateTime, HeartBeatTime, CPUTime (seconds asked for), CPUTimeUsed, WallTimeUsed, MaxRSS, ExitCode, EndReason, UserPriority, RescheduleCounter, Attempt, VO, Why. Times are UTC.',
    '--watch redraws a terminal in place; elsewhere it prints a line for each change. With ids it ends when all of them are final.',
  ],
  examples: [
    ['dstat', 'my jobs that are not final yet'],
    ['dstat -a -D 1', 'all of mine since yesterday, in any state'],
    ['dstat --watch 881-903', 'follow these until the last one is final'],
    ['dstat --why 881', 'why does it wait?'],
    ['dstat -S Failed -g fit-scan --ids | dlogging -', 'pass ids on'],
    ["dstat -u '*' -S Running,Matched -f csv", 'jobs of everybody, for a spreadsheet'],
  ],
  options: [
    { long: 'User', short: 'u', value: 'OWNER', help: "jobs of OWNER; '*' or __all__ for everybody's" },
    { long: 'Status', short: 'S', value: 'STATES', help: 'only in these states, separated by commas; all for any' },
    { long: 'StatusAll', short: 'a', help: 'the same as -S all' },
    { long: 'JobGroup', short: 'g', value: 'GROUP', help: 'only of this group; * and ? stand for other letters' },
    { long: 'JobName', short: 'n', value: 'NAME', help: 'only with this name; * and ? stand for other letters' },
    { long: 'JobDate', short: 'D', value: 'DAYS', help: 'changed in the last DAYS days (10)' },
    { long: 'Fields', short: 'F', value: 'FIELDS', help: 'columns after JobID, separated by commas' },
    outputOptions.inputFile,
    outputOptions.format,
    outputOptions.json,
    outputOptions.csv,
    outputOptions.ids,
    { long: 'why', help: 'say why each job waits, or how it ended' },
    { long: 'watch', help: 'go on showing changes as they come' },
    outputOptions.color,
  ],
  exitCodes: [0, 1, 2, 3, 4, 5, 6, 7, 9, 130],
});
