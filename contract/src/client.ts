import { ContractError, fromProblem, isProblem } from './errors';
import type { Answer, CallInput, Route } from './route';

/** What carries a request: fetch in a browser, `node:http` over a socket path in Node (see node-transport.ts). */
export type Transport = (request: {
  method: string;
  /** Path and query, starting with `/api`. */
  path: string;
  headers: Record<string, string>;
  body: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
  signal: AbortSignal | undefined;
}) => Promise<TransportAnswer>;

export interface TransportAnswer {
  status: number;
  text(): Promise<string>;
  bytes(): Promise<Uint8Array>;
  stream(): AsyncIterable<Uint8Array>;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

export interface BytesIn {
  data: Uint8Array | AsyncIterable<Uint8Array>;
  sizeBytes: number;
}

/** Calls a route and gives its parsed answer; throws {@link ContractError} for every answer that is not a success. */
export interface Client {
  <R extends Route>(route: R, input: CallInput<R>, options?: CallOptions): Promise<Answer<R>>;
  /** A route whose body is bytes. */
  upload<R extends Route>(route: R, input: CallInput<R>, bytes: BytesIn, options?: CallOptions): Promise<Answer<R>>;
  /** A route whose answer is bytes. */
  download<R extends Route>(route: R, input: CallInput<R>, options?: CallOptions): Promise<TransportAnswer>;
}

type LooseInput = { params?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown };

export function createClient(transport: Transport, headers: () => Record<string, string> = () => ({})): Client {
  async function send(
    route: Route,
    input: unknown,
    bytes: BytesIn | undefined,
    options: CallOptions | undefined,
  ): Promise<TransportAnswer> {
    const { params = {}, query = {}, body } = (input ?? {}) as LooseInput;
    const sent: Record<string, string> = { accept: 'application/json', ...headers() };
    if (bytes !== undefined) {
      sent['content-type'] = 'application/octet-stream';
      sent['content-length'] = String(bytes.sizeBytes);
    } else if (route.body !== undefined) {
      sent['content-type'] = 'application/json';
    }
    const answer = await transport({
      method: route.method,
      path: `/api${fillPath(route.path, params)}${toQueryString(query)}`,
      headers: sent,
      body: bytes?.data ?? (route.body === undefined ? undefined : JSON.stringify(body)),
      signal: options?.signal,
    });
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw await toError(answer, route);
  }

  const call = (async (route: Route, input: unknown, options?: CallOptions) => {
    const answer = await send(route, input, undefined, options);
    return route.returns === undefined ? undefined : JSON.parse(await answer.text());
  }) as Client;
  call.upload = (async (route: Route, input: unknown, bytes: BytesIn, options?: CallOptions) => {
    const answer = await send(route, input, bytes, options);
    return route.returns === undefined ? undefined : JSON.parse(await answer.text());
  }) as Client['upload'];
  call.download = (async (route: Route, input: unknown, options?: CallOptions) =>
    send(route, input, undefined, options)) as Client['download'];
  return call;
}

/** `/jobs/:jobId` with `{jobId: 7}` is `/jobs/7`. */
export function fillPath(path: string, params: Record<string, unknown>): string {
  return path.replace(/:([A-Za-z]+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

export function toQueryString(query: Record<string, unknown>): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  if (pairs.length === 0) return '';
  return `?${pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`).join('&')}`;
}

async function toError(answer: TransportAnswer, route: Route): Promise<ContractError> {
  const text = await answer.text();
  try {
    const problem: unknown = JSON.parse(text);
    if (isProblem(problem)) return fromProblem(problem);
  } catch {
    // Not ours: a proxy or a login page answered. Say so below.
  }
  const code = answer.status === 401 || answer.status === 403 ? 'NotSignedIn' : answer.status === 404 ? 'NotFound' : 'ServerFault';
  return new ContractError(code, `${route.method} /api${route.path} was answered with HTTP ${answer.status}: ${text.slice(0, 200)}`, {
    next: 'Look at what stands between this client and the server (a proxy, a login page).',
  });
}

/** Carries requests by `fetch`; for browsers and for TCP. `baseUrl` has no trailing slash. */
export function fetchTransport(baseUrl: string, doFetch: typeof fetch = globalThis.fetch): Transport {
  return async ({ method, path, headers, body, signal }) => {
    const { 'content-length': _implied, ...sent } = headers;
    const answer = await doFetch(baseUrl + path, {
      method,
      headers: sent,
      ...(body === undefined
        ? {}
        : { body: body as BodyInit, ...(typeof body === 'string' || body instanceof Uint8Array ? {} : { duplex: 'half' }) }),
      ...(signal === undefined ? {} : { signal }),
    });
    return {
      status: answer.status,
      text: () => answer.text(),
      bytes: async () => new Uint8Array(await answer.arrayBuffer()),
      stream: () => (answer.body ?? new ReadableStream()) as unknown as AsyncIterable<Uint8Array>,
    };
  };
}
