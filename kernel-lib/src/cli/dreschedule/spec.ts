import { actExitCodes, actOptions, manyDetail } from '../acting/options';
import { defineCommand } from '../options/spec';

export const drescheduleSpec = defineCommand({
  name: 'dreschedule',
  summary: 'run jobs again',
  usage: '[options] ids…',
  details: [
    'A job that has ended, or that a pilot holds, goes back into the queue and runs as a new attempt; what the old one reports counts no more.',
    manyDetail,
  ],
  examples: [
    ['dreschedule 881 883', 'reschedule two jobs'],
    ['dreschedule -a', 'run again all of mine that failed or were killed'],
    ['dstat -g fit-scan --ids | dreschedule -', 'reschedule those of a group'],
  ],
  options: actOptions,
  exitCodes: actExitCodes,
});
