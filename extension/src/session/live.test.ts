/** @jest-environment node */
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClientToServer, ServerToClient, Watch } from '@diraclab/contract';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { eventually } from '../testing/session';
import type { LiveState } from '../tokens';
import { Live } from './live';
import type { LiveSocket } from './socket';

/** A real socket.io server that writes down what is watched. */
async function start(
  port = 0,
): Promise<{ port: number; asked: Watch[]; ended: string[]; io: Server<ClientToServer, ServerToClient>; stop: () => Promise<void> }> {
  const http: HttpServer = createServer();
  const server = new Server<ClientToServer, ServerToClient>(http, { path: '/user/alice/dirac/api/live', transports: ['websocket'] });
  const asked: Watch[] = [];
  const ended: string[] = [];
  server.on('connection', (socket) => {
    socket.on('watch', (watch, answer) => {
      asked.push(watch);
      if (watch.kind === 'jobs') answer({ ok: false, code: 'NotFound', detail: 'There is no job 9.' });
      else if (watch.kind === 'output') {
        answer({
          ok: true,
          frame: { watchId: watch.watchId, kind: 'output', output: { stream: 'stdout', from: 0, text: 'abc', end: 3, complete: false } },
        });
      } else answer({ ok: true, frame: { watchId: watch.watchId, kind: 'counts', counts: { Waiting: asked.length }, groups: [] } });
    });
    socket.on('unwatch', (watchId) => ended.push(watchId));
  });
  await new Promise<void>((done) => http.listen(port, '127.0.0.1', done));
  return { port: (http.address() as AddressInfo).port, asked, ended, io: server, stop: async () => void (await server.close()) };
}

const times = { offlineAfterMs: 300, lingerMs: 50, retryAfterMs: 50 };
let server: Awaited<ReturnType<typeof start>>;
let live: Live;
let opened: LiveSocket[];
let states: LiveState['kind'][];

beforeEach(async () => {
  server = await start();
  opened = [];
  states = [];
  const { port } = server;
  live = new Live(
    async () => {
      const socket: LiveSocket = io(`http://127.0.0.1:${port}`, {
        path: '/user/alice/dirac/api/live',
        transports: ['websocket'],
        autoConnect: false,
        forceNew: true,
        reconnectionDelay: 20,
        reconnectionDelayMax: 40,
      });
      opened.push(socket);
      return socket;
    },
    async () => 'The server does not answer.',
    times,
  );
  live.stateChanged.connect((_, state) => states.push(state.kind));
});
afterEach(async () => {
  live.dispose();
  await server.stop();
});

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe('the live connection of a browser tab', () => {
  it('is not opened before somebody watches, is one for all, and closes soon after the last', async () => {
    await pause(30);
    expect(opened).toHaveLength(0);
    const frames: unknown[] = [];
    const first = live.watch({ kind: 'counts', groups: 0 }, (frame) => frames.push(frame));
    const second = live.watch({ kind: 'counts', groups: 30 }, (frame) => frames.push(frame));
    await eventually(() => expect(frames).toHaveLength(2));
    expect(opened).toHaveLength(1);
    first.dispose();
    second.dispose();
    await eventually(() => expect(server.io.engine.clientsCount).toBe(0));
    expect(states).toEqual(['connecting', 'live', 'idle']);
  });

  it('watches again after the server came back, output from the byte where it was', async () => {
    const texts: string[] = [];
    const counts: unknown[] = [];
    live.watch({ kind: 'output', jobId: 7, stream: 'stdout', from: -4096 }, (frame) => texts.push(frame.output.text));
    live.watch({ kind: 'counts', groups: 0 }, (frame) => counts.push(frame.counts));
    await eventually(() => expect(counts).toHaveLength(1));
    const { port } = server;
    await server.stop();
    await eventually(() => expect(live.state.kind).toBe('reconnecting'));
    server = await start(port);
    await eventually(() => expect(counts).toHaveLength(2));
    expect(live.state).toEqual({ kind: 'live' });
    expect(server.asked.map((watch) => (watch.kind === 'output' ? watch.from : watch.kind))).toEqual([3, 'counts']);
  });

  it('says offline since when, and why, once an outage is no glitch', async () => {
    const frames: unknown[] = [];
    live.watch({ kind: 'counts', groups: 0 }, (frame) => frames.push(frame));
    await eventually(() => expect(frames).toHaveLength(1));
    const lost = Date.now();
    await server.stop();
    await eventually(() => expect(live.state).toMatchObject({ kind: 'offline', reason: 'The server does not answer.' }));
    const { since } = live.state as Extract<LiveState, { kind: 'offline' }>;
    expect(Math.abs(since.getTime() - lost)).toBeLessThan(250);
    expect(states).toEqual(['connecting', 'live', 'reconnecting', 'offline']);
  });

  it('comes back by itself after the server sent it away', async () => {
    const frames: unknown[] = [];
    live.watch({ kind: 'counts', groups: 0 }, (frame) => frames.push(frame));
    await eventually(() => expect(frames).toHaveLength(1));
    server.io.disconnectSockets();
    await eventually(() => expect(frames).toHaveLength(2));
  });

  it('does not tell a connection that changed with a renewed token, where people sign in', async () => {
    live.glitchMs = 5000;
    let reconnected = 0;
    live.reconnected.connect(() => (reconnected += 1));
    const frames: unknown[] = [];
    live.watch({ kind: 'counts', groups: 0 }, (frame) => frames.push(frame));
    await eventually(() => expect(frames).toHaveLength(1));
    opened[0]?.io.engine.close();
    await eventually(() => expect(frames).toHaveLength(2));
    expect(states).toEqual(['connecting', 'live']);
    expect(reconnected).toBe(1);
  });

  it('is closed while nobody is signed in, and watches again by itself', async () => {
    const frames: unknown[] = [];
    live.watch({ kind: 'counts', groups: 0 }, (frame) => frames.push(frame));
    await eventually(() => expect(frames).toHaveLength(1));
    live.setSignedOut(true);
    await eventually(() => expect(server.io.engine.clientsCount).toBe(0));
    expect(live.state).toEqual({ kind: 'signed-out' });
    await pause(150);
    expect(opened).toHaveLength(1);
    live.setSignedOut(false);
    await eventually(() => expect(frames).toHaveLength(2));
  });

  it('keeps no connection while the tab is hidden, and watches again when it is seen', async () => {
    const frames: unknown[] = [];
    live.watch({ kind: 'counts', groups: 0 }, (frame) => frames.push(frame));
    await eventually(() => expect(frames).toHaveLength(1));
    live.setHidden(true);
    await eventually(() => expect(server.io.engine.clientsCount).toBe(0));
    await pause(150);
    expect(opened).toHaveLength(1);
    expect(live.state).toEqual({ kind: 'idle' });
    const hiddenForMs: number[] = [];
    live.stateChanged.connect((_, state) => state.kind === 'reconnecting' && hiddenForMs.push(Date.now() - state.since.getTime()));
    live.setHidden(false);
    // Until the first new frame the screen is as old as the hiding.
    expect(hiddenForMs[0]).toBeGreaterThan(100);
    await eventually(() => expect(frames).toHaveLength(2));
  });

  it('tells a watcher why it is refused, and delivers nothing after a watch has ended', async () => {
    const refusals: unknown[] = [];
    const frames: unknown[] = [];
    live.watch({ kind: 'jobs', jobIds: [9] }, () => undefined, (refusal) => refusals.push(refusal)); // prettier-ignore
    const counts = live.watch({ kind: 'counts', groups: 0 }, (frame) => frames.push(frame));
    await eventually(() => expect(refusals).toEqual([{ code: 'NotFound', detail: 'There is no job 9.' }]));
    await eventually(() => expect(frames).toHaveLength(1));
    counts.dispose();
    await eventually(() => expect(server.ended).toHaveLength(1));
    server.io.emit('frame', { watchId: server.ended[0] ?? '', kind: 'counts', counts: {}, groups: [] });
    await pause(50);
    expect(frames).toHaveLength(1);
  });
});
