import { defineCommand, outputOptions } from '../options/spec';

export const doutputSpec = defineCommand({
  name: 'doutput',
  summary: 'get the output sandboxes of jobs',
  usage: '[options] ids…',
  details: [
    'Makes a directory named for the job id with std.out, std.err and what the job was told to bring back. A directory appears when all of its files are there and have the right digest, never half. One that exists already is left alone.',
  ],
  examples: [
    ['doutput 881', 'the files of job 881 in ./881/'],
    ['doutput -D results 881-903', 'those of many jobs below results/'],
    ['doutput -g fit-scan', 'of all Done and Failed jobs of a group, of the last 30 days'],
  ],
  options: [
    { long: 'OutputDir', short: 'D', value: 'DIR', help: 'below DIR instead of here' },
    { long: 'NoJobDir', short: 'n', help: 'no directory for the job: its files go right into DIR' },
    { long: 'JobGroup', short: 'g', value: 'GROUP', many: true, help: 'Done and Failed jobs of this group, of the last 30 days' },
    outputOptions.inputFile,
    { long: 'Sandbox', help: 'the output sandbox, which is what comes anyway' },
    { long: 'Data', help: 'refused: output data comes with the data side of this system' },
    { long: 'verbose', short: 'v', help: 'say where the output of each job went' },
    outputOptions.json,
  ],
  exitCodes: [0, 1, 2, 3, 4, 5, 6, 7, 130],
});
