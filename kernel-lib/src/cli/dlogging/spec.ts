import { defineCommand, outputOptions } from '../options/spec';

export const dloggingSpec = defineCommand({
  name: 'dlogging',
  summary: 'show every change of state of jobs',
  usage: '[options] ids…',
  details: [
    'One table a job, oldest change first, times in UTC. With several jobs each table has a line with its id before it; csv gets a column for it.',
  ],
  examples: [
    ['dlogging 881', 'what happened to job 881'],
    ['dlogging -f csv 881-903', 'one csv for many jobs'],
    ['dstat -S Failed --ids | dlogging -', 'of all my failed jobs'],
  ],
  options: [outputOptions.format, outputOptions.inputFile, outputOptions.json, outputOptions.csv],
  exitCodes: [0, 1, 2, 3, 4, 5, 6, 7, 130],
});
