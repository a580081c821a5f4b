import { parseArgs } from 'node:util';

export interface CompanionArguments {
  socketPath: string;
  dataDirectory: string | undefined;
  serverPort: number | undefined;
  labPid: number | undefined;
}

export const help = `Usage: node companion.mjs --socket PATH [--data DIR] [--server-port P] [--lab-pid PID]

Stands between JupyterLab's proxy and the diraclab server of this person: finds the server of the data directory or starts it, forwards
requests under /api to it, and ends with Lab. The server ends when its last companion has gone.

  --socket PATH     where Lab's proxy connects; anyone who can connect acts as you, so it must lie in a private directory
  --data DIR        the data directory (default: $DIRACLAB_DATA, else $XDG_DATA_HOME/diraclab, else ~/.local/share/diraclab)
  --server-port P   when this companion starts the server, let it listen on 127.0.0.1:P (there it asks for the token in DIR/token)
  --lab-pid PID     end with this process, even when it ended before this one began (default: the process that starts this one)
  --help            this text
`;

/** Throws one sentence for what it does not understand; undefined when only help was asked for. */
export function parseArguments(argv: readonly string[]): CompanionArguments | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      socket: { type: 'string' },
      data: { type: 'string' },
      'server-port': { type: 'string' },
      'lab-pid': { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return undefined;
  if (values.socket === undefined || values.socket === '') throw new Error("--socket PATH is missing: where shall Lab's proxy connect?");
  return {
    socketPath: values.socket,
    dataDirectory: values.data,
    serverPort: parsePort(values['server-port']),
    labPid: parsePid(values['lab-pid']),
  };
}

function parsePort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535)
    throw new Error(`--server-port ${text} is not a port; a port is a number from 1 to 65535.`);
  return port;
}

function parsePid(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`--lab-pid ${text} is not the number of a process.`);
  return Number(text);
}
