import { actExitCodes, actOptions, manyDetail } from '../acting/options';
import { defineCommand } from '../options/spec';

export const drestoreSpec = defineCommand({
  name: 'drestore',
  summary: 'bring deleted jobs back',
  usage: '[options] ids…',
  details: ['Deleted jobs lie in a bin for a week; a restored one is what it was before.', manyDetail],
  examples: [
    ['drestore 881 883', 'restore two jobs'],
    ['drestore -a', 'restore all of mine that are in the bin'],
    ['dstat -g fit-scan --ids | drestore -', 'restore those of a group'],
  ],
  options: actOptions,
  exitCodes: actExitCodes,
});
