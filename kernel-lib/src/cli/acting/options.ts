import { outputOptions } from '../options/spec';

export const actOptions = [
  { long: 'all', short: 'a', help: 'all of my jobs that it can be meant for' },
  { long: 'verbose', short: 'v', help: 'say what was done to each job' },
  { long: 'yes', short: 'y', help: 'do not ask' },
  outputOptions.inputFile,
  { long: 'json', help: 'one JSON document, {"v":1,…}' },
] as const;

export const actExitCodes = [0, 1, 2, 3, 4, 5, 6, 7, 130] as const;

export const manyDetail =
  'More than 1,000 jobs are an operation of the server, which goes on whatever becomes of this terminal; it prints how far it is and what was refused.';
