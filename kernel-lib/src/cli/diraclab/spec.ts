import { defineCommand } from '../options/spec';

export const diraclabSpec = defineCommand({
  name: 'diraclab',
  summary: 'choose whether this machine or a service elsewhere does the work',
  usage: '[options] connect URL | disconnect | status | server [options]',
  details: [
    'JupyterLab, notebooks and commands work with a server of this machine unless connected to a service. connect asks the service who you are with the token in FILE, and remembers address and file (not the token) in the data directory; it counts from the next request on, open pages want a reload. Jobs stay where they were submitted.',
    'DIRACLAB_SERVICE_URL and DIRACLAB_SERVICE_TOKEN_FILE choose a service, too, and come before what connect remembered.',
    'server runs the server itself, without JupyterLab: "diraclab server --help".',
  ],
  examples: [
    ['diraclab connect https://dirac.example.org --token-file ~/.dirac-token', 'work with that service'],
    ['diraclab disconnect', 'work with this machine again'],
    ['diraclab status', 'with whom, and as whom'],
  ],
  options: [
    { long: 'token-file', value: 'FILE', help: 'file with the token for the service; nobody else may read it (chmod 600)' },
    { long: 'json', help: 'one JSON document, {"v":1,…}' },
  ],
  exitCodes: [0, 1, 2, 5, 6, 7, 130],
});
