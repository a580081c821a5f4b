import { defineCommand } from '../options/spec';

export const dwhoamiSpec = defineCommand({
  name: 'dwhoami',
  summary: 'as whom you work, for which VO and group, and for how long',
  usage: '[options]',
  details: [
    'Asks the server, so that what it prints is what the server believes. timeleft is how long the sign-in lasts without a new one; proxy, where one is stored, how long that lasts.',
  ],
  examples: [
    ['dwhoami', 'user, group, VO, properties, time left, server'],
    ['dwhoami --json | jq -r .ownerGroup', 'for scripts'],
    ['dwhoami > /dev/null || dlogin', 'sign in where it is needed'],
  ],
  options: [{ long: 'json', help: 'one JSON document, {"v":1,…}' }],
  exitCodes: [0, 1, 2, 5, 7, 130],
});
