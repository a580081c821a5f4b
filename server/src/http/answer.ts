import { ContractError } from '@diraclab/contract';
import type { Answer, HandlerInput, Route } from '@diraclab/contract';
import express from 'express';
import type { Request, RequestHandler, Response, Router } from 'express';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import type { Caller, FindCaller } from '../identity/caller.ts';
import { noMeters } from '../metrics/meters.ts';
import type { Meters } from '../metrics/meters.ts';
import { limitKey } from './client-address.ts';
import type { ClientAddress } from './client-address.ts';
import { sayWhatIsWrong } from './explain.ts';
import { createRateLimit } from './rate-limit.ts';

/** A door says who, then what. Without `may` it does not compile. */
export interface Door<R extends Route> {
  may: (caller: Caller) => boolean;
  does: (input: HandlerInput<R>, caller: Caller, signal: AbortSignal) => Promise<Answer<R>>;
}

/** A door that takes bytes: the body is a stream the rule reads. */
export interface BytesInDoor<R extends Route> {
  may: (caller: Caller) => boolean;
  does: (input: HandlerInput<R>, caller: Caller, body: Readable, sizeBytes: number | undefined) => Promise<Answer<R>>;
}

export interface BytesOut {
  stream: Readable;
  sizeBytes: number;
  fileName: string;
}

export interface BytesOutDoor<R extends Route> {
  may: (caller: Caller) => boolean;
  does: (input: HandlerInput<R>, caller: Caller) => Promise<BytesOut>;
}

/** Binds routes to their doors. Remembers which, so that a test can see that every route of the contract is answered. */
export interface Doors {
  answer<R extends Route>(route: R, door: Door<R>): void;
  /** `from` is the asker's address, for limits; undefined on a socket of this machine. */
  answerAnyone<R extends Route>(route: R, does: (input: HandlerInput<R>, from: string | undefined) => Promise<Answer<R>>): void;
  takeBytes<R extends Route>(route: R, door: BytesInDoor<R>): void;
  giveBytes<R extends Route>(route: R, door: BytesOutDoor<R>): void;
  readonly answered: ReadonlySet<string>;
}

/** Bodies larger than this are refused before they are read; a submission may be long, everything else is short. */
const bodyLimitBytes = (route: Route): number => (route.name === 'submitJobs' ? 64 : 8) * 1024 * 1024;

/** Wrong tokens from one address in a minute: a broken script may have many, and still costs little. */
const wrongTokensPerMinute = 300;

export function createDoors(
  router: Router,
  findCaller: FindCaller,
  addressOf: ClientAddress,
  { answered: measure }: Pick<Meters, 'answered'> = noMeters,
): Doors {
  const answered = new Set<string>();
  const wrongTokens = createRateLimit('requests without a valid token', wrongTokensPerMinute);
  const bind = (route: Route, ...handlers: RequestHandler[]): void => {
    answered.add(route.name);
    router[route.method.toLowerCase() as 'get' | 'post' | 'put' | 'delete'](route.path, measured(route.name, measure), ...handlers);
  };
  const admit = async (request: Request, may: (caller: Caller) => boolean): Promise<Caller> => {
    const caller = await callerOf(request, findCaller, () => wrongTokens.take(limitKey(addressOf(request))));
    if (!may(caller))
      throw new ContractError('NotAllowed', `${request.method} ${request.baseUrl}${request.path} is not allowed for ${caller.owner}.`);
    return caller;
  };
  // Who comes first, then the body: a stranger's megabytes are not read.
  const admitted =
    (may: (caller: Caller) => boolean): RequestHandler =>
    async (request, response, next) => {
      response.locals['caller'] = await admit(request, may);
      next();
    };
  const callerIn = (response: Response): Caller => response.locals['caller'] as Caller;

  return {
    answered,
    answer(route, { may, does }) {
      bind(route, admitted(may), ...readBody(route, bodyLimitBytes(route)), async (request, response) => {
        const input = parseInput(route, request);
        const result = await does(input, callerIn(response), abortedWith(response));
        if (!response.destroyed) response.status(route.status ?? 200).json(result);
      });
    },
    answerAnyone(route, does) {
      bind(route, ...readBody(route, strangersBodyBytes), async (request, response) => {
        const result = await does(parseInput(route, request), addressOf(request));
        response.status(route.status ?? 200).json(result);
      });
    },
    takeBytes(route, { may, does }) {
      bind(route, admitted(may), async (request, response) => {
        const length = request.headers['content-length'];
        const result = await does(
          parseInput(route, request),
          callerIn(response),
          request,
          length === undefined ? undefined : Number(length),
        );
        response.status(route.status ?? 200).json(result);
      });
    },
    giveBytes(route, { may, does }) {
      bind(route, admitted(may), async (request, response) => {
        const { stream, sizeBytes, fileName } = await does(parseInput(route, request), callerIn(response));
        // User bytes never become a page of ours: no sniffing, always a download.
        response.setHeader('Content-Type', 'application/octet-stream');
        response.setHeader('X-Content-Type-Options', 'nosniff');
        response.setHeader('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`);
        response.setHeader('Content-Length', String(sizeBytes));
        await pipeline(stream, response);
      });
    },
  };
}

/** From the first look at the request to the end of its answer, or of its connection. */
function measured(route: string, measure: Meters['answered']): RequestHandler {
  return (_request, response, next) => {
    const begunMs = performance.now();
    response.once('close', () =>
      measure(route, response.writableFinished ? response.statusCode : 'gone', (performance.now() - begunMs) / 1000),
    );
    next();
  };
}

/** Nobody knows yet who asks. */
const strangersBodyBytes = 16 * 1024;

const readBody = (route: Route, limit: number): RequestHandler[] =>
  route.body === undefined ? [] : [mustBeJson, express.json({ limit, strict: true, inflate: false })];

const mustBeJson: RequestHandler = (request, _response, next) => {
  if (request.is('application/json') === false || request.headers['content-type'] === undefined) {
    throw new ContractError('BadRequest', 'This route takes a body of type application/json.', {
      next: 'Send Content-Type: application/json.',
    });
  }
  next();
};

/** `countWrong` throws when there were too many: whoever has a valid token is not kept out by a neighbour's wrong ones. */
export async function callerOf(
  request: { headers: { authorization?: string | undefined } },
  findCaller: FindCaller,
  countWrong: () => void = () => undefined,
): Promise<Caller> {
  const [, token] = /^Bearer ([A-Za-z0-9._~+/=-]{1,4096})$/.exec(request.headers.authorization ?? '') ?? [];
  const caller = token === undefined ? undefined : await findCaller(token);
  if (caller === undefined) {
    countWrong();
    throw new ContractError(
      'NotSignedIn',
      token === undefined ? 'The request carries no bearer token.' : 'The bearer token is not known here.',
      {
        next: 'Sign in ("dlogin"); on a laptop the token lies in the data directory, in the file "token".',
      },
    );
  }
  return caller;
}

function parseInput<R extends Route>(route: R, request: Request): HandlerInput<R> {
  const input: Record<string, unknown> = {};
  for (const part of ['params', 'query', 'body'] as const) {
    const schema = route[part];
    if (schema === undefined) continue;
    const parsed = schema.safeParse(request[part]);
    if (!parsed.success) {
      // An id that cannot be one names nothing, as an id that is not there does.
      if (part === 'params' && 'jobId' in request.params)
        throw new ContractError('NotFound', `There is no job ${String(request.params['jobId']).slice(0, 40)}.`);
      throw sayWhatIsWrong(parsed.error, part);
    }
    input[part] = parsed.data;
  }
  return input as HandlerInput<R>;
}

/** Aborts when the client goes away, so that a held answer is not kept for nobody. */
function abortedWith(response: Response): AbortSignal {
  const controller = new AbortController();
  response.on('close', () => controller.abort());
  return controller.signal;
}
