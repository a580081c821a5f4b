import { defineCommand } from '../options/spec';
import { choiceOptions } from '../sign-in/options';

export const dloginSpec = defineCommand({
  name: 'dlogin',
  summary: 'sign in to the service with your home institute',
  usage: '[options]',
  details: [
    'Shows a link and a code, and on a terminal a QR code: open the link in any browser, on this machine or a telephone, and confirm. Nothing secret is typed here.',
    'The sign-in is shared by all your commands, notebooks and JupyterLab on this data directory, renews itself, and lies in a file that only you can read.',
    'Which service: the one chosen by "diraclab connect URL".',
  ],
  examples: [
    ['dlogin', 'sign in'],
    ['dlogin -g cta_prod', 'and act for that group'],
    ['dwhoami', 'see as whom, and for how long'],
  ],
  options: choiceOptions,
  exitCodes: [0, 1, 2, 5, 6, 7, 130],
});
