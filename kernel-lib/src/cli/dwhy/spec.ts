import { defineCommand, outputOptions } from '../options/spec';

export const dwhySpec = defineCommand({
  name: 'dwhy',
  summary: 'say why jobs wait, or how they ended',
  usage: '[options] [ids…]',
  details: [
    'Of one to ten jobs: the reason in a sentence, how many resources each of its needs leaves, the smallest change that would let it fit more, its place in the order, and what to do now.',
    'Of more, of a group, or without ids of all your jobs that are not final: how many for which reason, with an example. --failures groups failed jobs by what went wrong and where.',
  ],
  examples: [
    ['dwhy 881', 'why does it wait?'],
    ['dwhy -g fit-scan', 'a whole group, by cause'],
    ['dwhy --failures -g fit-scan', 'what went wrong, and where'],
    ['dstat -S Waiting --ids | dwhy -', 'of these'],
  ],
  options: [
    { long: 'JobGroup', short: 'g', value: 'GROUP', help: 'jobs of this group; * and ? stand for other letters' },
    { long: 'Status', short: 'S', value: 'STATES', help: 'only in these states, separated by commas; all for any' },
    { long: 'failures', help: 'failed jobs by what went wrong and where' },
    outputOptions.inputFile,
    outputOptions.json,
  ],
  exitCodes: [0, 1, 2, 3, 4, 5, 6, 7, 130],
});
