import {
  ContractError, Watch, livePath, serverFileName, toProblem, tokenFileName, type ClientToServer, type Frame, type JobStatus, type ServerToClient, type WatchAnswer,
} from '@diraclab/contract'; // prettier-ignore
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server as LiveServer } from 'socket.io';
import { createTinyJobs, type TinyJob } from './tiny-jobs';
import { peekAt, tinyDoors } from './tiny-routes';

/**
 * A server made from the contract, in one process with the test: real HTTP and real socket.io on a real socket path, with jobs that do
 * what the test says. The stories of the whole house (test/) run against the real one.
 */
export async function startTinyServer(kind: 'unix' | 'tcp' = 'unix') {
  const directory = await mkdtemp(join(tmpdir(), 'tiny-'));
  const token = randomBytes(16).toString('base64url');
  const stored = new Map<string, Buffer>();
  const requests: string[] = [];
  const watches = new Map<string, { watch: Watch; send: (frame: Frame) => void }>();

  const jobs = createTinyJobs((job) => {
    for (const [key, { watch, send }] of watches) {
      const frame = frameFor(watch, job);
      if (frame === undefined) continue;
      if (frame.kind === 'output') watches.set(key, { watch: { ...watch, from: frame.output.end } as Watch, send });
      send(frame);
    }
  });
  const doors = tinyDoors(jobs, stored);

  function frameFor(watch: Watch, job: TinyJob): Frame | undefined {
    const { watchId } = watch;
    if (watch.kind === 'jobs' && watch.jobIds.includes(job.row.jobId)) return { watchId, kind: 'jobs', jobs: [job.row] };
    if (watch.kind === 'output' && watch.jobId === job.row.jobId) {
      // Output of a new attempt begins anew.
      const from = Buffer.byteLength(job.written[watch.stream]) < watch.from ? 0 : watch.from;
      return { watchId, kind: 'output', output: peekAt(job, watch.stream, from) };
    }
    if (watch.kind === 'group' && watch.jobGroup === job.row.jobGroup) return groupFrame(watchId, watch.jobGroup);
    return undefined;
  }

  function groupFrame(watchId: string, jobGroup: string): Frame {
    const rows = jobs.all().map(({ row }) => row).filter((row) => row.jobGroup === jobGroup); // prettier-ignore
    const counts: Partial<Record<JobStatus, number>> = {};
    for (const { status } of rows) counts[status] = (counts[status] ?? 0) + 1;
    const [first] = rows;
    const group = first && { jobGroup, total: rows.length, counts, firstJobId: first.jobId, lastUpdateTime: first.lastUpdateTime };
    return { watchId, kind: 'group', group: group ?? null };
  }

  function answerWatch(watch: Watch): WatchAnswer {
    if (watch.kind === 'output') return { ok: true, frame: frameFor(watch, jobs.get(watch.jobId)) as Frame };
    if (watch.kind === 'group') return { ok: true, frame: groupFrame(watch.watchId, watch.jobGroup) };
    if (watch.kind !== 'jobs') throw new Error('The tiny server watches jobs, groups and output only.');
    // Absent and forbidden look alike: they are left out.
    const known = watch.jobIds.filter((jobId) => jobs.has(jobId));
    return { ok: true, frame: { watchId: watch.watchId, kind: 'jobs', jobs: known.map((jobId) => jobs.get(jobId).row) } };
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const url = new URL(request.url ?? '/', 'http://localhost');
    requests.push(`${request.method} ${url.pathname}`);
    const send = (status: number, body: unknown) => {
      const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
      response.writeHead(status, { 'content-length': bytes.length }).end(bytes);
    };
    try {
      if (request.headers.authorization !== `Bearer ${token}`) throw new ContractError('NotSignedIn', 'The token is not valid.');
      for (const { route, does } of doors) {
        const names: string[] = [];
        const pattern = route.path.replace(/:(\w+)/g, (_, name: string) => (names.push(name), '([^/]+)'));
        const match = new RegExp(`^/api${pattern}$`).exec(url.pathname);
        if (match === null || route.method !== request.method) continue;
        const input = {
          params: route.params?.parse(Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]))),
          query: route.query?.parse(Object.fromEntries(url.searchParams)),
          body: route.body?.parse(JSON.parse(Buffer.concat(chunks).toString())),
        };
        return send(route.status ?? 200, does(input as never, Buffer.concat(chunks)));
      }
      throw new ContractError('NotFound', `The tiny server has no ${request.method} ${url.pathname}.`);
    } catch (error) {
      const refusal = error instanceof ContractError ? error : new ContractError('BadRequest', String(error));
      send(refusal.status, toProblem(refusal));
    }
  }

  let http: Server;
  let live: LiveServer<ClientToServer, ServerToClient>;
  let address = '';

  async function start(): Promise<void> {
    http = createServer((request, response) => void handle(request, response));
    live = new LiveServer(http, { path: livePath, transports: ['websocket'] });
    live.use((socket, next) => next(socket.handshake.auth['token'] === token ? undefined : new Error('NotSignedIn')));
    live.on('connection', (socket) => {
      const key = (watchId: string) => `${socket.id}/${watchId}`;
      socket.on('watch', (asked, answer) => {
        try {
          const watch = Watch.parse(asked);
          const first = answerWatch(watch);
          const from = first.ok && first.frame.kind === 'output' ? { from: first.frame.output.end } : {};
          watches.set(key(watch.watchId), { watch: { ...watch, ...from } as Watch, send: (frame) => socket.emit('frame', frame) });
          answer(first);
        } catch (error) {
          const { code = 'BadRequest', message } = error as ContractError;
          answer({ ok: false, code, detail: message });
        }
      });
      socket.on('unwatch', (watchId) => watches.delete(key(watchId)));
      socket.on('disconnect', () =>
        [...watches.keys()].filter((one) => one.startsWith(`${socket.id}/`)).forEach((one) => watches.delete(one)),
      );
    });
    const path = join(directory, `s${randomBytes(3).toString('hex')}`);
    await new Promise<void>((resolve) => (kind === 'unix' ? http.listen(path, resolve) : http.listen(0, '127.0.0.1', resolve)));
    const bound = http.address();
    address = typeof bound === 'string' ? `unix:${bound}` : `http://127.0.0.1:${bound?.port}`;
    await writeFile(join(directory, tokenFileName), `${token}\n`, { mode: 0o600 });
    const file = { address, pid: process.pid, version: '0', startTime: new Date().toISOString() };
    await writeFile(join(directory, serverFileName), JSON.stringify(file), { mode: 0o600 });
  }

  async function halt(): Promise<void> {
    http.closeAllConnections();
    await live.close();
  }

  await start();
  return {
    directory,
    jobs,
    stored,
    requests,
    watches,
    env: { DIRACLAB_DATA: directory } as Record<string, string>,
    address: () => address,
    /** The server goes and comes back at another address, as after kill -9 and a new start. Jobs stay, connections do not. */
    async restart(between: () => void = () => {}): Promise<void> {
      await halt();
      between();
      await start();
    },
    halt,
    async stop(): Promise<void> {
      await halt();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type TinyServer = Awaited<ReturnType<typeof startTinyServer>>;
