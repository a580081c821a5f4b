import { defineCommand } from '../options/spec';

export const dpeekSpec = defineCommand({
  name: 'dpeek',
  summary: 'show what a job has written so far, also while it runs',
  usage: '[options] id',
  details: [
    'The last 256 KiB of a running job are at hand, and everything of a finished one. Control characters are made visible; doutput gives the bytes as they are.',
    '-f goes on until the job has ended.',
  ],
  examples: [
    ['dpeek 881', 'standard output of job 881'],
    ['dpeek -f 881', 'and what comes, until it ends'],
    ['dpeek -n 20 --stderr 881', 'the last 20 lines of standard error'],
  ],
  options: [
    { long: 'follow', short: 'f', help: 'go on showing output as it comes' },
    { long: 'lines', short: 'n', value: 'LINES', help: 'only the last LINES lines' },
    { long: 'stderr', help: 'standard error instead of standard output' },
    { long: 'json', help: 'one JSON document, {"v":1,…}' },
  ],
  exitCodes: [0, 1, 2, 4, 5, 6, 7, 130],
});
