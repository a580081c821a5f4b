import { defineCommand } from '../options/spec';

export const diraclabSpec = defineCommand({
  name: 'diraclab',
  summary: 'choose whether this machine or a service elsewhere does the work',
  usage: '[options] connect URL | disconnect | status | token create NAME | token list | token revoke ID | server [options]',
  details: [
    'JupyterLab, notebooks and commands work with a server of this machine unless connected to a service. connect remembers the address in the data directory; then sign in with "dlogin", or "Sign in" in JupyterLab. It counts from the next request on, open pages want a reload. Jobs stay where they were submitted.',
    'With --token-file it asks the service who you are with the token in FILE instead, and remembers the file (not the token): for machines where nobody signs in.',
    'DIRACLAB_SERVICE_URL, and DIRACLAB_SERVICE_TOKEN_FILE if one does not sign in, choose a service, too, and come before what connect remembered.',
    'token makes, lists and revokes personal tokens for scripts: narrowed to scopes (jobs:read, jobs:write, data:read, data:write), and ending by themselves.',
    'server runs the server itself, without JupyterLab: "diraclab server --help".',
  ],
  examples: [
    ['diraclab connect https://dirac.example.org', 'work with that service; then dlogin'],
    ['diraclab disconnect', 'work with this machine again'],
    ['diraclab status', 'with whom, and as whom'],
    ['diraclab token create nightly --scopes jobs:read --days 90 --out ~/.nightly-token', 'a token for a script'],
  ],
  options: [
    { long: 'token-file', value: 'FILE', help: 'file with the token for the service; nobody else may read it (chmod 600)' },
    { long: 'scopes', value: 'LIST', help: 'what a new token may do, with commas between' },
    { long: 'days', value: 'N', help: 'how long a new token holds (default 30)' },
    { long: 'out', value: 'FILE', help: 'write a new token into FILE, made for you alone, instead of printing it' },
    { long: 'json', help: 'one JSON document, {"v":1,…}' },
  ],
  exitCodes: [0, 1, 2, 5, 6, 7, 130],
});
