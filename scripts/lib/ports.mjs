import { createServer } from 'node:net';
import { Remedy } from './remedy.mjs';

const host = '127.0.0.1';
const firstLabPort = 8888;

/** Undefined where the port is free, else the system's code (`EADDRINUSE`, `EACCES`). */
function whyNot(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', (error) => resolve(error.code));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

/** Refuses a port that cannot be used, by the name of the option that asked for it. */
export async function checkPort(option, port) {
  const reason = await whyNot(port);
  if (reason === 'EADDRINUSE') throw new Remedy(`Port ${port} (${option}) is in use by another program.`, 'Choose another one, or leave the option out.');
  if (reason !== undefined) throw new Remedy(`Port ${port} (${option}) cannot be used (${reason}).`, 'Choose one above 1023.');
}

/** Jupyter's habit: 8888, or the next free one of fifty. */
export async function freeLabPort() {
  for (let port = firstLabPort; port < firstLabPort + 50; port += 1) {
    if ((await whyNot(port)) === undefined) return port;
  }
  throw new Remedy(`The ports ${firstLabPort} to ${firstLabPort + 49} are all in use.`, 'Name a free one with --lab-port.');
}
