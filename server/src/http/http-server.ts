import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Server as TlsServer } from 'node:https';
import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '../logger.ts';

/** How long a connection may be silent in both directions. The longest question is held for 30 s; who reads nothing for longer has gone. */
const silentMs = 300_000;

/** What is being asked when the server stops is answered within this. */
const farewellMs = 2_000;

export interface OpenServer {
  http: Server | TlsServer;
  /** Answers what is being asked, for a moment; then hangs up on everybody. */
  close(): Promise<void>;
}

/**
 * An HTTP server that no client can hold on to: a header comes within 20 s, a request within 5 minutes, and an answer that nobody reads ends.
 * `upgradePaths` are those somebody behind this server takes; every other upgrade is refused, where Node would leave it open for ever.
 */
export function createHttpServer(
  app: RequestListener,
  upgradePaths: readonly string[],
  logger: Logger,
  { idleMs = silentMs, tls }: { idleMs?: number; tls?: { cert: Buffer; key: Buffer } | undefined } = {},
): OpenServer {
  const limits = { requestTimeout: 300_000, headersTimeout: 20_000, keepAliveTimeout: 65_000, maxHeaderSize: 32_768 };
  const http: Server | TlsServer =
    tls === undefined
      ? createServer(limits, app)
      : createTlsServer({ ...limits, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: 20_000 }, app);
  http.timeout = idleMs;
  http.on('upgrade', (request, socket) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    if (!upgradePaths.includes(path)) {
      socket.on('error', () => socket.destroy());
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => socket.destroy());
      return;
    }
    // Whoever takes it has rules of its own for silence.
    if ('setTimeout' in socket && typeof socket.setTimeout === 'function') socket.setTimeout(0);
  });
  // Once it listens this says that a connection could not be taken, for want of file descriptors; without a listener it would end the process.
  http.on('error', (error) => logger.warn({ err: error }, 'a connection could not be taken'));
  // Node's own list ends where a connection becomes a WebSocket: a client that reads nothing would hold the stop for half a minute.
  const sockets = new Set<Socket>();
  http.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    http,
    async close() {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeIdleConnections();
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, farewellMs);
      await closed;
      clearTimeout(timer);
    },
  };
}
