import {
  type Answer,
  ContractError,
  type HandlerInput,
  livePath,
  type Route,
  serverFileName,
  tokenFileName,
  toProblem,
  type Watch,
  type WatchAnswer,
} from '@diraclab/contract';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server as LiveServer } from 'socket.io';

/** A route and what the server says to it; the test sees every call. */
export interface Reply {
  route: Route;
  does: (input: never) => unknown;
}

export const reply = <R extends Route>(route: R, does: (input: HandlerInput<R>) => Answer<R> | Buffer): Reply => ({ route, does });

/**
 * A real HTTP server on a socket path that answers as the test says: refusals, broken downloads and other things that the tiny server of
 * ../../testing, which behaves, has no way to do. What comes in and goes out must fit the contract.
 */
export async function startAnswers(replies: readonly Reply[], onWatch?: (watch: Watch, send: (frame: unknown) => void) => WatchAnswer) {
  const directory = await mkdtemp(join(tmpdir(), 'answers-'));
  const calls: { name: string; input: { params?: unknown; query?: unknown; body?: unknown } }[] = [];
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      try {
        const url = new URL(request.url ?? '/', 'http://localhost');
        const found = replies
          .map((one) => ({ ...one, match: matchPath(one.route, url.pathname) }))
          .find(({ route, match }) => match && route.method === request.method);
        if (!found) throw new ContractError('NotFound', `nobody answers ${request.method} ${url.pathname}`);
        const { route, does, match } = found;
        const input = {
          params: route.params?.parse(match),
          query: route.query?.parse(Object.fromEntries(url.searchParams)),
          body: route.body?.parse(JSON.parse(Buffer.concat(chunks).toString())),
        };
        calls.push({ name: route.name, input });
        const answer = does(input as never);
        response.writeHead(route.status ?? 200);
        response.end(Buffer.isBuffer(answer) ? answer : JSON.stringify(route.returns?.parse(answer)));
      } catch (error) {
        const refusal = error instanceof ContractError ? error : new ContractError('ServerFault', String(error));
        response.writeHead(refusal.status).end(JSON.stringify(toProblem(refusal)));
      }
    });
  });
  const live = new LiveServer(http, { path: livePath, transports: ['websocket'] });
  live.on('connection', (socket) => {
    socket.on('watch', (watch: Watch, answer: (result: WatchAnswer) => void) =>
      answer(onWatch?.(watch, (frame) => socket.emit('frame', frame)) ?? refuse),
    );
  });
  const path = join(directory, 's');
  await new Promise<void>((resolve) => http.listen(path, resolve));
  await writeFile(join(directory, tokenFileName), 'secret\n', { mode: 0o600 });
  await writeFile(
    join(directory, serverFileName),
    JSON.stringify({ address: `unix:${path}`, pid: process.pid, version: '0', startTime: '' }),
  );
  return {
    calls,
    directory,
    env: { DIRACLAB_DATA: directory },
    stop: async () => {
      http.closeAllConnections();
      await live.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type Answers = Awaited<ReturnType<typeof startAnswers>>;

const refuse: WatchAnswer = { ok: false, code: 'BadRequest', detail: 'nobody answers' };

function matchPath(route: Route, pathname: string): Record<string, string> | undefined {
  const names: string[] = [];
  const pattern = route.path.replace(/:(\w+)/g, (_, name: string) => {
    names.push(name);
    return '([^/]+)';
  });
  const match = new RegExp(`^/api${pattern}$`).exec(pathname);
  return match === null ? undefined : Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(match[i + 1] ?? '')]));
}
