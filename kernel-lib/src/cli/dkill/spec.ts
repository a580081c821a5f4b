import { defineCommand, outputOptions } from '../options/spec';

export const dkillSpec = defineCommand({
  name: 'dkill',
  summary: 'kill or delete jobs',
  usage: '[options] ids…',
  details: [
    'A running payload gets SIGTERM and later SIGKILL. With -D jobs are deleted instead; one that may still be running must be killed first.',
    '-a takes all of your jobs. Above one job it asks first on a terminal; elsewhere it wants --yes.',
  ],
  examples: [
    ['dkill 881 883', 'kill two jobs'],
    ['dkill -a', 'kill all of mine that are not final'],
    ['dstat -g fit-scan --ids | dkill -', 'kill a group'],
    ['dkill -D 881-903', 'delete jobs that have ended'],
  ],
  options: [
    { long: 'delete', short: 'D', help: 'delete instead of kill' },
    { long: 'all', short: 'a', help: 'all of my jobs' },
    { long: 'verbose', short: 'v', help: 'say "killed job N" for each' },
    { long: 'yes', short: 'y', help: 'do not ask' },
    outputOptions.inputFile,
    { long: 'json', help: 'one JSON document, {"v":1,…}' },
  ],
  exitCodes: [0, 1, 2, 3, 4, 5, 6, 7, 130],
});
