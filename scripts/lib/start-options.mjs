import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Remedy } from './remedy.mjs';

export const help = `Starts JupyterLab with the EGI Workload Manager (DIRAC) behind it, and sets up what is missing first.

  npm start                             all defaults
  npm start -- --no-browser             only print the address
  npm start -- --data /scratch/dirac    keep jobs and sandboxes there

  --no-browser    do not open a browser
  --data DIR      where the server keeps its state (default: DIRACLAB_DATA, else diraclab in the XDG data directory)
  --lab-port P    JupyterLab's port on 127.0.0.1 (default: the first free one from 8888)
  --port P        let the server listen on 127.0.0.1:P as well, for clients outside JupyterLab
  --help          this text

It ends with Ctrl-C; jobs stay in the data directory. The line "diraclab is ready: URL" on standard output holds the token: whoever has the
URL can do what you can.
`;

/** The command line, checked. */
export function readStartOptions(args, env = process.env) {
  const options = {
    'no-browser': { type: 'boolean', default: false },
    data: { type: 'string' },
    'lab-port': { type: 'string' },
    port: { type: 'string' },
    help: { type: 'boolean', default: false },
  };
  let values;
  try {
    ({ values } = parseArgs({ args, options, strict: true }));
  } catch (error) {
    throw new Remedy(`${error.message.split('. ')[0]}.`, 'See "npm start -- --help".');
  }
  if (values.data === '') throw new Remedy('--data is empty.', 'Give it a directory, or leave it out.');
  return {
    help: values.help,
    browser: !values['no-browser'],
    dataDirectory: resolve(values.data ?? defaultDataDirectory(env)),
    labPort: port('--lab-port', values['lab-port']),
    serverPort: port('--port', values.port),
  };
}

function defaultDataDirectory(env) {
  return env.DIRACLAB_DATA || join(env.XDG_DATA_HOME || join(homedir(), '.local/share'), 'diraclab');
}

function port(option, text) {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65536) return Number(text);
  throw new Remedy(`${option} is "${text}".`, 'It must be a port number from 1 to 65535.');
}
