import { defineCommand, outputOptions } from '../options/spec';

export const dusageSpec = defineCommand({
  name: 'dusage',
  summary: 'show what was used: jobs, CPU and wall time, pilots',
  usage: '[options]',
  details: [
    'Sums over a time, by owner, group, site or any other key, the largest first. Yours; all of your VO with JobAdministrator. What ended in the last half minute may not be in it yet.',
    'Plots of jobs: executedJobs, runningJobs (on average), cpuTime, wallTime, cpuEfficiency, inputSandbox, outputSandbox. Of pilots (--pilots): pilots, jobs, jobsPerPilot.',
  ],
  examples: [
    ['dusage', 'CPU time of the last 7 days by site'],
    ['dusage --by jobGroup --plot cpuEfficiency --last 30d', 'which of my groups were wasteful'],
    ['dusage --pilots --by status --last 1d', 'pilots of the last day by how they ended'],
  ],
  options: [
    {
      long: 'by',
      value: 'KEY',
      help: 'site (default), jobGroup, jobType, owner, ownerGroup, status, minorStatus, vo; of pilots also computingElement',
    },
    { long: 'plot', value: 'PLOT', help: 'what is summed; default cpuTime, of pilots jobs' },
    { long: 'last', value: 'TIME', help: 'how far back, such as 12h or 30d; default 7d' },
    { long: 'most', value: 'N', help: 'rows before the rest is summed as Others; default 12' },
    { long: 'pilots', help: 'of pilots instead of jobs' },
    outputOptions.json,
    outputOptions.csv,
  ],
  exitCodes: [0, 1, 2, 5, 6, 7, 130],
});
