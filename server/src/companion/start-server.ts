import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { exitCodeInUse } from '../instance/index.ts';
import { rotateServerLog, serverLogPath, tailServerLog } from './server-log.ts';

export interface ServerCommand {
  /** The server's bundle. */
  program: string;
  dataDirectory: string;
  /** Listen on this port of the loopback instead of a private socket. */
  port: number | undefined;
  env: Readonly<Record<string, string | undefined>>;
}

export interface StartingServer {
  /** Undefined while it runs; `inUse` when another server holds the data directory; else why it ended. */
  ended(): 'inUse' | { why: string; lastLines: string[] } | undefined;
}

/**
 * Starts the server in a session of its own: Ctrl-C in Lab's terminal, and Lab's end, are not its end. It ends by itself when no companion
 * is left. Only its log is shared, which it appends to.
 */
export function startServer({ program, dataDirectory, port, env }: ServerCommand): StartingServer {
  rotateServerLog(dataDirectory);
  const log = openSync(serverLogPath(dataDirectory), 'a', 0o600);
  const { size: fromByte } = fstatSync(log);
  const listen = port === undefined ? [] : ['--listen', `127.0.0.1:${port}`];
  const child = spawn(process.execPath, [program, '--data', dataDirectory, '--end-with-companions', ...listen], {
    detached: true,
    stdio: ['ignore', 'ignore', log],
    cwd: dataDirectory,
    env: withoutLabSecrets(env),
  });
  closeSync(log);
  child.unref();
  let ended: ReturnType<StartingServer['ended']>;
  const failed = (why: string): void => {
    ended ??= { why, lastLines: tailServerLog(dataDirectory, fromByte) };
  };
  child.once('error', (error: NodeJS.ErrnoException) => {
    failed(
      error.code === 'ENOENT' ? `${process.execPath} does not exist any more; was Node updated? Start JupyterLab again` : error.message,
    );
  });
  child.once('exit', (code, signal) => {
    if (code === exitCodeInUse) ended ??= 'inUse';
    else failed(signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`);
  });
  return { ended: () => ended };
}

/** The server, its pilots and their payloads have no use for what opens Lab and the Hub. */
function withoutLabSecrets(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(JUPYTER|JPY_|CONFIGPROXY_)/.test(name)));
}
