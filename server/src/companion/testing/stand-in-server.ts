import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { Server as SocketServer } from 'socket.io';
import {
  attachPresence,
  claimDataDirectory,
  ensureToken,
  exitCodeOf,
  privateSocketPath,
  removeDeadSocket,
  removeServerFile,
  writeServerFile,
} from '../../instance/index.ts';

/**
 * The smallest server with this room's parts in it, for tests: claims, listens, counts companions, answers a few doors that show what came
 * through. `STAND_IN_FAILS` makes it end at start with that sentence; `STAND_IN_STARTS_AFTER_MS` makes it slow.
 */
const { values } = parseArgs({
  options: { data: { type: 'string' }, listen: { type: 'string' }, 'end-with-companions': { type: 'boolean', default: false } },
});
let aborted = 0;
let streamedBytes = 0;

try {
  await run();
} catch (error) {
  process.stderr.write(`server: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(exitCodeOf(error));
}

async function run(): Promise<void> {
  process.stderr.write(`started ${process.pid}\n`);
  const fails = process.env['STAND_IN_FAILS'];
  if (fails !== undefined) throw new Error(fails);
  const claim = await claimDataDirectory(values.data ?? '');
  await new Promise((resolve) => setTimeout(resolve, Number(process.env['STAND_IN_STARTS_AFTER_MS'] ?? '0')));
  const token = await ensureToken(claim.dir);
  const server = createServer((request, answer) => void door(request, answer, token));
  new SocketServer(server, { path: '/api/live', transports: ['websocket'], serveClient: false }).on('connection', (socket) => {
    socket.on('echo', (text: string, reply: (text: string) => void) => reply(text));
    socket.on('headers', (reply: (headers: unknown) => void) => reply(socket.handshake.headers));
  });
  const end = async (): Promise<void> => {
    presence.close();
    server.close();
    server.closeAllConnections();
    await removeServerFile(claim.dir);
    claim.release();
    process.exit(0);
  };
  const presence = attachPresence(server, { token, onLast: values['end-with-companions'] ? () => void end() : undefined });
  process.on('SIGTERM', () => void end());
  const address = await listen(server, claim.dir);
  await writeServerFile(claim.dir, { address, pid: process.pid, version: '0.0.0', startTime: new Date().toISOString() });
  process.stdout.write(`listening on ${address}\n`);
}

async function listen(server: ReturnType<typeof createServer>, dir: string): Promise<string> {
  const failed = new Promise<never>((_, reject) => server.once('error', reject));
  if (values.listen !== undefined) {
    const [host = '', port = ''] = values.listen.split(':');
    await Promise.race([failed, new Promise<void>((resolve) => server.listen({ host, port: Number(port) }, resolve))]);
    return `http://${host}:${(server.address() as AddressInfo).port}`;
  }
  const path = await privateSocketPath(dir, process.env['XDG_RUNTIME_DIR']);
  await removeDeadSocket(path);
  await Promise.race([failed, new Promise<void>((resolve) => server.listen(path, resolve))]);
  return `unix:${path}`;
}

async function door(request: IncomingMessage, answer: ServerResponse, token: string): Promise<void> {
  const json = (status: number, body: unknown): void =>
    void answer.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  const url = new URL(request.url ?? '/', 'http://x');
  if (url.pathname === '/api/health/live') return json(200, { status: 'live', version: '0.0.0' });
  if (request.headers.authorization !== `Bearer ${token}`) return json(401, { code: 'NotSignedIn', detail: 'no' });
  request.on('close', () => (aborted += request.complete ? 0 : 1));
  switch (url.pathname) {
    case '/api/seen':
      return json(200, {
        pid: process.pid,
        url: request.url,
        headers: request.headers,
        aborted,
        streamedBytes,
        env: Object.keys(process.env),
      });
    case '/api/echo':
      answer.writeHead(200, { 'Content-Type': 'application/octet-stream', 'X-Twice': ['1', '2'], Connection: 'X-Secret', 'X-Secret': '1' });
      request.pipe(answer);
      return;
    case '/api/endless':
      return endless(answer);
    case '/api/unread':
      // Takes the headers, and the body only after a while: nobody notices an end behind bytes that are not read.
      setTimeout(() => request.resume(), 3_000);
      return;
    case '/api/too-large':
      return json(413, { code: 'TooLarge', detail: 'no' });
    case '/api/die':
      process.kill(process.pid, 'SIGKILL');
      return;
    case '/api/die-if':
      if (url.searchParams.get('pid') === String(process.pid)) process.kill(process.pid, 'SIGKILL');
      return json(200, { pid: process.pid });
    default:
      return json(404, { at: url.pathname });
  }
}

/** As many zeros as are taken, and counts them. */
function endless(answer: ServerResponse): void {
  answer.on('close', () => (aborted += 1));
  const more = (): void => {
    do streamedBytes += 65_536;
    while (!answer.destroyed && answer.write(Buffer.alloc(65_536)));
  };
  answer.on('drain', more);
  more();
}
