import { ContractError } from '@diraclab/contract/errors';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { forwardedPath, forwardedRequestHeaders } from './forwarded-headers.ts';
import { mustBeSignedIn } from './sign-in/doors.ts';
import type { LiveSockets } from './sign-in/live-sockets.ts';
import { connectTo } from './target.ts';
import type { Target } from './target.ts';
import type { Upstream } from './upstream.ts';

const maxTries = 3;

/**
 * Forwards a WebSocket: the request with its headers exchanged, from then on bytes both ways. When either side ends, so does the other: a
 * browser whose server was killed sees a closed socket and connects again, which finds or starts the server.
 */
export async function forwardUpgrade(
  { upstream, sockets }: { upstream: Upstream; sockets: LiveSockets },
  request: IncomingMessage,
  client: Socket,
  head: Buffer,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const target = await upstream.live();
    if (client.destroyed) return;
    mustBeSignedIn(target, request);
    const connection = await open(target);
    if (connection !== undefined) {
      join(connection, client, requestHead(request, target), head);
      if (target.token !== undefined && target.signIn !== undefined) sockets.add(client, target.token);
      return;
    }
    upstream.lost(target);
    if (tries === maxTries)
      throw new ContractError('NotReady', `The ${target.name} takes no connection.`, {
        next: 'The page connects again by itself; else reload it.',
      });
  }
}

function open(target: Target): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const connection = connectTo(target, () => resolve(connection));
    // Stays for the connection's whole life: an error is followed by its close, which ends the other side.
    connection.on('error', () => resolve(undefined));
  });
}

function join(connection: Socket, client: Socket, requestHead: string, head: Buffer): void {
  for (const socket of [connection, client]) socket.setNoDelay(true).setTimeout(0);
  connection.write(requestHead, 'latin1');
  if (head.length > 0) connection.write(head);
  connection.pipe(client);
  client.pipe(connection);
  // destroySoon: what was received is still handed on.
  connection.once('close', () => client.destroySoon());
  client.once('close', () => connection.destroySoon());
}

/** Header values are as the parser took them, so they hold no line breaks. */
function requestHead(request: IncomingMessage, target: Target): string {
  const headers = [...forwardedRequestHeaders(request.rawHeaders, target), 'Connection', 'Upgrade', 'Upgrade', 'websocket'];
  const lines = [`GET ${forwardedPath(request.url ?? '/', target)} HTTP/1.1`];
  for (let index = 0; index < headers.length; index += 2) lines.push(`${headers[index]}: ${headers[index + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
