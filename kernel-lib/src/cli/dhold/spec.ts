import { actExitCodes, actOptions, manyDetail } from '../acting/options';
import { defineCommand } from '../options/spec';

export const dholdSpec = defineCommand({
  name: 'dhold',
  summary: 'take waiting jobs out of the queue',
  usage: '[options] ids…',
  details: ['A held job stays Waiting, and no pilot gets it until drelease.', manyDetail],
  examples: [
    ['dhold 881 883', 'hold two jobs'],
    ['dhold -a', 'hold all of mine that wait'],
    ['dstat -g fit-scan --ids | dhold -', 'hold those of a group'],
  ],
  options: actOptions,
  exitCodes: actExitCodes,
});
