import { defineCommand } from '../options/spec';

export const dlogoutSpec = defineCommand({
  name: 'dlogout',
  summary: 'sign out of the service',
  usage: '',
  details: [
    'Ends the sign-in for all your commands, notebooks and JupyterLab on this data directory. Jobs go on; personal tokens stay ("diraclab token list").',
  ],
  examples: [['dlogout', 'sign out']],
  options: [],
  exitCodes: [0, 1, 2, 3],
});
