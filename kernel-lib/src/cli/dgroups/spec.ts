import { defineCommand } from '../options/spec';

export const dgroupsSpec = defineCommand({
  name: 'dgroups',
  summary: 'the VOs and groups you may act for',
  usage: '[options]',
  details: ['The one with a * is the one you act for now; "dinit -g GROUP" changes it.'],
  examples: [
    ['dgroups', 'VO, group, properties'],
    ['dgroups --json', 'for scripts'],
  ],
  options: [{ long: 'json', help: 'one JSON document, {"v":1,…}' }],
  exitCodes: [0, 1, 2, 5, 7, 130],
});
