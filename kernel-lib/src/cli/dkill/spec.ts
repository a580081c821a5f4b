import { actExitCodes, actOptions, manyDetail } from '../acting/options';
import { defineCommand } from '../options/spec';

export const dkillSpec = defineCommand({
  name: 'dkill',
  summary: 'kill or delete jobs',
  usage: '[options] ids…',
  details: [
    'A running payload gets SIGTERM and later SIGKILL. With -D jobs are deleted instead, for a week into a bin (drestore); one that may still be running must be killed first.',
    '-a takes all of your jobs. Above one job it asks first on a terminal; elsewhere it wants --yes.',
    manyDetail,
    'On a terminal a kill of so many begins after ten seconds, in which Ctrl-C takes it back.',
  ],
  examples: [
    ['dkill 881 883', 'kill two jobs'],
    ['dkill -a', 'kill all of mine that are not final'],
    ['dstat -g fit-scan --ids | dkill -', 'kill a group'],
    ['dkill -D 881-903', 'delete jobs that have ended'],
  ],
  options: [{ long: 'delete', short: 'D', help: 'delete instead of kill' }, ...actOptions],
  exitCodes: actExitCodes,
});
