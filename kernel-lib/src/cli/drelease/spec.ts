import { actExitCodes, actOptions, manyDetail } from '../acting/options';
import { defineCommand } from '../options/spec';

export const dreleaseSpec = defineCommand({
  name: 'drelease',
  summary: 'put held jobs back into the queue',
  usage: '[options] ids…',
  details: ['A released job takes the place in the queue that it had.', manyDetail],
  examples: [
    ['drelease 881 883', 'release two jobs'],
    ['drelease -a', 'release all of mine that are held'],
    ['dstat -g fit-scan --ids | drelease -', 'release those of a group'],
  ],
  options: actOptions,
  exitCodes: actExitCodes,
});
