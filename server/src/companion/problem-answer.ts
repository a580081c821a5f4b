import { ContractError, toProblem } from '@diraclab/contract/errors';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Our own mistakes too get a sentence; nothing of a request's headers is in it. */
export const asContractError = (error: unknown): ContractError =>
  error instanceof ContractError
    ? error
    : new ContractError('ServerFault', `The companion made a mistake: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });

export function answerProblem(request: IncomingMessage, answer: ServerResponse, error: ContractError): void {
  if (answer.headersSent) {
    // A body that breaks off is cut, so that it cannot be taken for a whole one.
    answer.destroy();
    return;
  }
  if (answer.destroyed) return;
  const { headers, body } = problem(error);
  answer.writeHead(error.status, headers).write(body);
  endOnceRead(request, answer);
}

/** Ends an answer that has been written. What is left of the body is read and dropped first: hanging up on a client that still sends loses it the answer. */
export function endOnceRead(request: IncomingMessage, answer: ServerResponse): void {
  if (request.complete) answer.end();
  else request.once('end', () => answer.end()).resume();
}

/** For an upgrade, which has no response object. */
export function answerProblemRaw(socket: Duplex, error: ContractError): void {
  const { headers, body } = problem(error);
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${error.status} ${error.code}\r\n${lines.join('')}\r\n${body}`);
}

function problem(error: ContractError): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify(toProblem(error));
  const headers = {
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    ...(error.code === 'NotReady' ? { 'Retry-After': '3' } : {}),
  };
  return { headers, body };
}
