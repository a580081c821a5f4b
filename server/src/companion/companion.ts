import { ContractError } from '@diraclab/contract/errors';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { forwardHttp } from './forward-http.ts';
import { forwardUpgrade } from './forward-upgrade.ts';
import { refusal } from './may-pass.ts';
import { answerProblem, answerProblemRaw, asContractError } from './problem-answer.ts';
import { isLabSession } from './sign-in/lab-session.ts';
import type { LabSessionDoors } from './sign-in/lab-session.ts';
import type { LiveSockets } from './sign-in/live-sockets.ts';
import type { Upstream } from './upstream.ts';

export interface CompanionParts {
  upstream: Upstream;
  labSession: LabSessionDoors;
  sockets: LiveSockets;
}

/** What Lab's proxy talks to. `/api` goes on to the server, `/session` is the sign-in and ends here; the rest of this origin is Lab's. */
export function createCompanion({ upstream, labSession, sockets }: CompanionParts): Server {
  // Uploads may take longer than Node's five minutes; headers may not take longer than its one.
  const companion = createServer({ requestTimeout: 0 });

  companion.on('request', (request, answer) => {
    // Lab's proxy waits for any answer here before it lets requests through, so it must not wait for the server.
    if (request.url === '/') {
      answer.setHeader('Content-Type', 'text/plain').end('diraclab companion\n');
      return;
    }
    const isSession = isLabSession(request.url);
    const refused =
      (isSession ? undefined : notApi(request)) ?? refusal({ method: request.method ?? '', isUpgrade: false, headers: request.headers });
    const done = async (): Promise<void> => {
      if (refused !== undefined) throw refused;
      await (isSession ? labSession.answer(request, answer) : forwardHttp(upstream, request, answer));
    };
    done().catch((error: unknown) => answerProblem(request, answer, asContractError(error)));
  });

  companion.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const refused = notApi(request) ?? notWebSocket(request) ?? refusal({ method: 'GET', isUpgrade: true, headers: request.headers });
    // On an HTTP server this is always a net.Socket; the type allows for servers made from other streams.
    const done = refused === undefined ? forwardUpgrade({ upstream, sockets }, request, socket as Socket, head) : Promise.reject(refused);
    done.catch((error: unknown) => answerProblemRaw(socket, asContractError(error)));
  });

  return companion;
}

function notApi({ url = '' }: IncomingMessage): ContractError | undefined {
  if (/^\/api(\/|\?|$)/.test(url)) return undefined;
  return new ContractError('NotFound', `There is nothing at ${url.split('?', 1)[0]?.slice(0, 200)}; the API is under /api.`);
}

function notWebSocket({ headers, method }: IncomingMessage): ContractError | undefined {
  if (method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket') return undefined;
  return new ContractError('BadRequest', 'Only an upgrade to websocket is possible here.');
}
