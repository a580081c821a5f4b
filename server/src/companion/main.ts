import { once } from 'node:events';
import type { Server } from 'node:http';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { checkSocketPathLength, defaultDataDirectory, removeDeadSocket } from '../instance/index.ts';
import { help, parseArguments } from './arguments.ts';
import { createCompanion } from './companion.ts';
import { endWithParent } from './end-with-parent.ts';
import { LabSessionDoors } from './sign-in/lab-session.ts';
import { createLiveSockets } from './sign-in/live-sockets.ts';
import { rotateServerLog } from './server-log.ts';
import { createUpstream } from './upstream.ts';

try {
  const given = parseArguments(process.argv.slice(2));
  if (given === undefined) process.stdout.write(help);
  else await run(given);
} catch (error) {
  process.stderr.write(`companion: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

async function run({
  socketPath,
  dataDirectory: chosen,
  serverPort,
  labPid,
}: NonNullable<ReturnType<typeof parseArguments>>): Promise<void> {
  const dataDirectory = chosen === undefined ? defaultDataDirectory(process.env, homedir()) : resolve(chosen);
  const program = join(import.meta.dirname, 'server.mjs');
  const upstream = createUpstream({ program, dataDirectory, port: serverPort, env: process.env });
  const sockets = createLiveSockets(dataDirectory, process.env);
  const companion = createCompanion({ upstream, sockets, labSession: new LabSessionDoors(dataDirectory, process.env, sockets) });

  const end = (): void => {
    upstream.close();
    sockets.close();
    // Takes the socket file away as well.
    companion.close(() => process.exit(0));
    companion.closeAllConnections();
    // Upgraded connections are not among those it closes.
    setTimeout(() => process.exit(0), 200);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
  endWithParent(end, labPid);

  checkSocketPathLength(socketPath);
  await removeDeadSocket(socketPath);
  await listenPrivately(companion, socketPath);
  setInterval(() => rotateServerLog(dataDirectory), 60_000).unref();
  // Not awaited: Lab's proxy is answered at once, and why a server does not start is told to those who ask for it.
  upstream.live().catch((error: unknown) => process.stderr.write(`companion: ${error instanceof Error ? error.message : String(error)}\n`));
}

/** Whoever can connect acts with the person's token: the socket is made for its owner alone, whatever directory it lies in. */
async function listenPrivately(server: Server, path: string): Promise<void> {
  const listening = once(server, 'listening');
  // Node binds within listen(), so the umask need not stay for the server and its payloads to inherit.
  const umask = process.umask(0o077);
  server.listen(path);
  process.umask(umask);
  await listening;
}
