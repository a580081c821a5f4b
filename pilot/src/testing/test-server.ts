import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  ContractError,
  findMissingFiles,
  getInputFile,
  matchJobs,
  reportJobs,
  toProblem,
  uploadSandboxFile,
  type CallInput,
  type Route,
} from '@diraclab/contract';
import { createBooks, type Books } from './books.ts';

export const testToken = 'a-token-that-nobody-else-knows';

export interface TestServer {
  readonly address: string;
  readonly books: Books;
  /** Until then every connection is refused. */
  away(): Promise<void>;
  back(): Promise<void>;
}

const routes: readonly Route[] = [matchJobs, reportJobs, getInputFile, findMissingFiles, uploadSandboxFile];

/**
 * The pilot's side of a server, in memory: real HTTP, the contract's own routes and checks, one attempt for each job. It stands in for the
 * server, which another workspace has; the stories of both together are told by the tests of the whole house.
 */
export async function startTestServer(): Promise<TestServer> {
  const books = createBooks();
  let http = createServer(serve);

  function serve(request: IncomingMessage, response: ServerResponse): void {
    answer(request, response).catch((error: unknown) => {
      const problem = toProblem(error instanceof ContractError ? error : new ContractError('ServerFault', String(error)));
      if (!response.headersSent) response.writeHead(problem.status, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify(problem));
    });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.authorization !== `Bearer ${testToken}`) throw new ContractError('NotSignedIn', 'wrong token');
    const url = new URL(request.url ?? '/', 'http://test');
    const found = routes.flatMap((route) => {
      const params = route.method === request.method ? match(route.path, url.pathname) : undefined;
      return params === undefined ? [] : [{ route, params }];
    })[0];
    if (found === undefined) throw new ContractError('NotFound', `${request.method} ${url.pathname}`);
    const { route, params } = found;
    const bytes = await collect(request);
    const input = {
      params: parse(route.params, params),
      query: parse(route.query, Object.fromEntries(url.searchParams)),
      body: route.body === undefined ? undefined : parse(route.body, JSON.parse(bytes.toString('utf8'))),
    };
    const left = new AbortController();
    response.once('close', () => left.abort());
    const result = await act(route, input, bytes, left.signal);
    response.writeHead(200, { 'content-type': result instanceof Uint8Array ? 'application/octet-stream' : 'application/json' });
    response.end(result instanceof Uint8Array ? result : JSON.stringify(result));
  }

  async function act(route: Route, input: object, bytes: Buffer, left: AbortSignal): Promise<unknown> {
    const as = <R>(): CallInput<R> => input as CallInput<R>;
    if (route === matchJobs) return books.match(as<typeof matchJobs>().body, left);
    if (route === reportJobs) return books.report(as<typeof reportJobs>().body);
    if (route === findMissingFiles)
      return { missing: as<typeof findMissingFiles>().body.digests.filter((digest) => !books.files.has(digest)) };
    if (route === uploadSandboxFile) return books.store(as<typeof uploadSandboxFile>().params.digest, bytes);
    const { params, query } = as<typeof getInputFile>();
    return books.inputFile(Number(params.jobId), query.path);
  }

  const listen = (port: number): Promise<void> => new Promise((resolve) => void http.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const bound = http.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return {
    address: `http://127.0.0.1:${port}`,
    books,
    away: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
    back() {
      http = createServer(serve);
      return listen(port);
    },
  };
}

function match(pattern: string, pathname: string): Record<string, string> | undefined {
  const names = `/api${pattern}`.replace(/:([A-Za-z]+)/g, '(?<$1>[^/]+)');
  const found = new RegExp(`^${names}$`).exec(pathname);
  return found === null ? undefined : { ...found.groups };
}

function parse(shape: Route['body'], value: unknown): unknown {
  if (shape === undefined) return undefined;
  const { success, data, error } = shape.safeParse(value);
  if (!success) throw new ContractError('BadRequest', error.message);
  return data;
}

async function collect(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}
