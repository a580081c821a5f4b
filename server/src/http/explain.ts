import { ContractError, toProblem } from '@diraclab/contract';
import type { ErrorRequestHandler, Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Logger } from '../logger.ts';

/** Which field is wrong, and how, for the first three: `description.executable must be …`. */
export function sayWhatIsWrong(error: z.ZodError, part: string): ContractError {
  const sentences = error.issues.slice(0, 3).map((issue) => {
    const where = issue.path.length === 0 ? part : issue.path.map(String).join('.');
    return `${where}: ${issue.message}`;
  });
  const more = error.issues.length > 3 ? ` (and ${error.issues.length - 3} more)` : '';
  return new ContractError('BadRequest', `${sentences.join('; ')}${more}`, {
    next: 'Mend the named fields; GET /api/openapi.json describes them.',
  });
}

/** body-parser's own errors, by its `type`. */
function fromBodyParser(error: { type?: unknown; message?: unknown; limit?: unknown }): ContractError | undefined {
  switch (error.type) {
    case 'entity.parse.failed':
      return new ContractError('BadRequest', `The body is not JSON: ${String(error.message)}`, {
        next: 'Send one JSON document in UTF-8.',
      });
    case 'entity.too.large':
      return new ContractError('TooLarge', `The body is larger than the ${String(error.limit)} bytes this route takes.`, {
        next: 'Split the call, or send files through the sandbox routes.',
      });
    case 'charset.unsupported':
    case 'encoding.unsupported':
    case 'request.size.invalid':
    case 'request.aborted':
      return new ContractError('BadRequest', `The body could not be read: ${String(error.message)}`);
    default:
      return undefined;
  }
}

function toContractError(error: unknown): ContractError | undefined {
  if (error instanceof ContractError) return error;
  if (error instanceof URIError) return new ContractError('BadRequest', 'The path is not well encoded.');
  if (typeof error === 'object' && error !== null && 'type' in error) return fromBodyParser(error);
  return undefined;
}

/** The outside world's failures are logged at most this often: an outage meets every request. */
const outagePauseMs = 5_000;

/** Turns every failure into problem+json; the only place that knows HTTP status. Our own mistakes are logged with an id and say no more than it. */
export function explain(logger: Logger): ErrorRequestHandler {
  let lastOutageMs = -Infinity;
  return (error: unknown, request, response, _next) => {
    const where = { method: request.method, path: request.path.slice(0, 200) };
    if ((request.destroyed && !request.complete) || hungUp(error, response)) {
      // The client went away in the middle of its body, or of our answer: nobody to answer, nobody's mistake.
      logger.debug(where, 'a client broke off');
      response.destroy();
      return;
    }
    let known = toContractError(error);
    if (known === undefined) {
      const errorId = randomUUID();
      logger.error({ err: error, errorId, ...where }, 'a request failed by our mistake');
      known = new ContractError('ServerFault', 'The server made a mistake; nothing else was changed by this call.', {
        next: 'Look for errorId in the server log, and tell its operator.',
        ids: { errorId },
      });
    } else if (known.status >= 500 && performance.now() - lastOutageMs > outagePauseMs) {
      lastOutageMs = performance.now();
      logger.warn({ err: known, ...where }, 'a request could not be served; others of the next seconds are not logged');
    }
    if (!request.complete) hangUpAfter(request, response);
    sendProblem(response, known);
  };
}

const hungUp = (error: unknown, response: Response): boolean =>
  response.destroyed && typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';

/** A refused body is not read to its end, which may never come: the answer is sent, and then the connection ends. */
function hangUpAfter(request: Request, response: Response): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
  // Not at once: a reset would overtake the answer.
  response.once('finish', () => setTimeout(() => request.destroy(), 500).unref());
}

export function sendProblem(response: Response, error: ContractError): void {
  // A stream that fails half way cannot change its status any more: cut it, so that the client sees a short body and not a false success.
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const retryAfterS = error.ids['retryAfterS'] ?? (error.code === 'NotReady' ? 2 : undefined);
  if (retryAfterS !== undefined) response.setHeader('Retry-After', String(retryAfterS));
  response
    .status(error.status)
    .type('application/problem+json')
    .send(JSON.stringify(toProblem(error)));
}
