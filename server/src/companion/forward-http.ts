import { ContractError } from '@diraclab/contract/errors';
import { Agent } from 'node:http';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { forwardedAnswerHeaders, forwardedPath, forwardedRequestHeaders } from './forwarded-headers.ts';
import { mustBeSignedIn } from './sign-in/doors.ts';
import { endOnceRead } from './problem-answer.ts';
import { isTls, sendTo } from './target.ts';
import type { Target } from './target.ts';
import type { Upstream } from './upstream.ts';

/** For reading only: a connection kept alive may be closed by the server just as a request goes out, and only what changes nothing may be sent twice. */
const keptAlive = new Agent({ keepAlive: true, maxFreeSockets: 8 });
const keptAliveTls = new TlsAgent({ keepAlive: true, maxFreeSockets: 8 });
const maxTries = 3;

/** Forwards a request and its answer, streamed; where the server is gone before it got any of it, finds or starts it and tries again. */
export async function forwardHttp(upstream: Upstream, request: IncomingMessage, answer: ServerResponse): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const target = await upstream.live();
    if (answer.destroyed) return;
    mustBeSignedIn(target, request);
    const outcome = await forwardOnce(target, request, answer);
    if (outcome === 'done') return;
    upstream.lost(target);
    if (outcome.broken || tries === maxTries) {
      const what = outcome.connected ? 'went away during' : `cannot be reached (${outcome.why}) for`;
      throw new ContractError('NotReady', `The ${target.name} ${what} ${request.method} ${pathOnly(request)}.`, {
        next: 'Ask again; a call with the same idempotency key is carried out only once.',
      });
    }
  }
}

interface Failure {
  /** It may have been carried out; otherwise nothing reached the server, or nothing that matters twice. */
  broken: boolean;
  connected: boolean;
  why: string;
}

function forwardOnce(target: Target, request: IncomingMessage, answer: ServerResponse): Promise<'done' | Failure> {
  const { length, isChunked, hasBody } = bodyOf(request);
  const mayRepeat = (request.method === 'GET' || request.method === 'HEAD') && !hasBody;
  const headers = forwardedRequestHeaders(request.rawHeaders, target);
  if (!mayRepeat) {
    if (isChunked) headers.push('Transfer-Encoding', 'chunked');
    else if (length === undefined) headers.push('Content-Length', '0');
    // Used once, and announced as kept alive all the same: a server that answers early (too large, say) then does not hang up on a body it
    // has not read, which would lose its answer.
    headers.push('Connection', 'keep-alive');
  }

  return new Promise((resolve) => {
    const outgoing = sendTo(target, {
      method: request.method ?? 'GET',
      path: forwardedPath(request.url ?? '/', target),
      // As pairs, so that repeated headers stay repeated.
      headers,
      agent: !mayRepeat ? false : isTls(target.endpoint) ? keptAliveTls : keptAlive,
    });
    let sending = false;
    let answered = false;
    const onClientGone = (): void => {
      outgoing.destroy();
      resolve('done');
    };
    answer.once('close', onClientGone);

    outgoing.on('response', (incoming) => {
      answered = true;
      answer.off('close', onClientGone);
      answer.once('close', () => resolve('done'));
      const pass = (): void => passBack({ target, request, outgoing, incoming, answer });
      // First find out whether the sign-in has ended: the page will ask when it sees the refusal.
      if (incoming.statusCode === 401 && target.signIn !== undefined) void target.signIn.onRefused().then(pass);
      else pass();
    });
    outgoing.on('error', (error) => {
      answer.off('close', onClientGone);
      request.unpipe(outgoing);
      if (!answered) resolve({ broken: !mayRepeat && sending, connected: sending, why: error.message });
    });
    onceConnected(outgoing, isTls(target.endpoint), () => {
      sending = true;
      if (hasBody) request.pipe(outgoing);
      else outgoing.end();
    });
  });
}

/** Nothing is written before the connection stands: a refused one has then swallowed no part of the body. */
function onceConnected(outgoing: ClientRequest, tls: boolean, then: () => void): void {
  outgoing.once('socket', (socket) => {
    // A connection kept alive has shaken hands before.
    if (socket.connecting) socket.once(tls ? 'secureConnect' : 'connect', then);
    else then();
  });
}

interface Exchange {
  target: Target;
  request: IncomingMessage;
  outgoing: ClientRequest;
  incoming: IncomingMessage;
  answer: ServerResponse;
}

function passBack({ target, request, outgoing, incoming, answer }: Exchange): void {
  answer.on('error', () => answer.destroy());
  answer.writeHead(incoming.statusCode ?? 502, incoming.statusMessage ?? '', forwardedAnswerHeaders(incoming.rawHeaders, target));
  // A long answer may say nothing for a while; that it began is news.
  answer.flushHeaders();
  incoming.pipe(answer, { end: false });
  incoming.once('end', () => {
    if (!request.complete) {
      // Node's client stops sending once it has the whole answer; the server has no use for the rest either.
      request.unpipe(outgoing);
      outgoing.destroy();
    }
    endOnceRead(request, answer);
  });
  // Broken off half way: cut it, a short body must not look whole.
  incoming.once('close', () => {
    if (!incoming.complete) answer.destroy();
  });
  incoming.on('error', () => answer.destroy());
  answer.once('close', () => incoming.destroy());
}

function bodyOf({ headers }: IncomingMessage): { length: string | undefined; isChunked: boolean; hasBody: boolean } {
  const length = headers['content-length'];
  const isChunked = headers['transfer-encoding'] !== undefined;
  return { length, isChunked, hasBody: isChunked || Number(length ?? '0') > 0 };
}

/** A query may hold what does not belong into a message. */
const pathOnly = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0]?.slice(0, 200) ?? '/';
