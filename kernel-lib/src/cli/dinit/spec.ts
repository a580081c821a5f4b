import { defineCommand } from '../options/spec';
import { choiceOptions } from '../sign-in/options';

export const dinitSpec = defineCommand({
  name: 'dinit',
  summary: 'renew the sign-in, or change VO and group',
  usage: '[options]',
  details: [
    'Signs in like dlogin where you are not signed in. Otherwise it renews, and with -g or --vo you act for that group from now on: here, in notebooks and in JupyterLab. Jobs stay with the group they were submitted for.',
  ],
  examples: [
    ['dinit', 'renew'],
    ['dinit -g cta_prod', 'act for another group'],
    ['dgroups', 'see which there are'],
  ],
  options: choiceOptions,
  exitCodes: [0, 1, 2, 5, 6, 7, 130],
});
