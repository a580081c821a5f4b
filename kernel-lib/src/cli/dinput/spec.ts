import { defineCommand, outputOptions } from '../options/spec';

export const dinputSpec = defineCommand({
  name: 'dinput',
  summary: 'get the input sandboxes of jobs, or their JDL',
  usage: '[options] ids…',
  details: [
    'Makes a directory InputSandbox<id> with the files the job was sent with; with -j the job description as JDL, <id>.jdl, instead.',
  ],
  examples: [
    ['dinput 881', 'the input files in ./InputSandbox881/'],
    ['dinput -j 881', 'its JDL in ./InputSandbox881/881.jdl'],
    ['dinput -D inputs 881-903', 'those of many jobs below inputs/'],
  ],
  options: [
    { long: 'OutputDir', short: 'D', value: 'DIR', help: 'below DIR instead of here' },
    { long: 'JDL', short: 'j', help: 'the JDL instead of the files' },
    { long: 'Sandbox', help: 'the files too, with -j' },
    { long: 'JobGroup', short: 'g', value: 'GROUP', many: true, help: 'the jobs of this group, of the last 30 days' },
    outputOptions.inputFile,
    { long: 'verbose', short: 'v', help: 'say where the input of each job went' },
    outputOptions.json,
  ],
  exitCodes: [0, 1, 2, 3, 4, 5, 6, 7, 130],
});
