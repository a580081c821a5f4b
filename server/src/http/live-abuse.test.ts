import { killJobs, livePath, submitJobs, whoAmI } from '@diraclab/contract';
import type { ClientToServer, Frame, ServerToClient, Watch, WatchAnswer } from '@diraclab/contract';
import { connect as connectNet } from 'node:net';
import type { Socket as NetSocket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { describeGrid } from '../testing/test-grid.ts';
import type { TestGrid } from '../testing/test-grid.ts';

type LiveSocket = Socket<ServerToClient, ClientToServer>;
const sockets: LiveSocket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.disconnect();
});

function connect(grid: TestGrid): LiveSocket {
  const socket: LiveSocket = io(grid.address, { path: livePath, transports: ['websocket'], auth: { token: grid.token }, reconnection: false, forceNew: true }); // prettier-ignore
  sockets.push(socket);
  return socket;
}

const watch = (socket: LiveSocket, what: Watch): Promise<WatchAnswer> => new Promise((resolve) => socket.emit('watch', what, resolve));
const tcpOf = (socket: LiveSocket): NetSocket => (socket.io.engine.transport as unknown as { ws: { _socket: NetSocket } }).ws._socket;
const inUse = () => process.memoryUsage().heapUsed + process.memoryUsage().external + process.memoryUsage().arrayBuffers;
const sweepOf = (n: number) => ({
  description: { executable: 'x' },
  parameters: Array.from({ length: n }, (_, i) => ({ i, note: 'n'.repeat(200) })),
});

const stories = (startAt: Parameters<Parameters<typeof describeGrid>[1]>[0]): void => {
  const start = () => startAt({ listen: { kind: 'tcp', host: '127.0.0.1', port: 0 } });

  it('a client that asks for everything and reads nothing costs a few frames of memory, and holds nobody up', async () => {
    const grid = await start();
    await grid.call(submitJobs, { body: sweepOf(1000) });
    const [deaf, fine] = [connect(grid), connect(grid)];
    const frames: Frame[] = [];
    fine.on('frame', (frame) => frames.push(frame));
    await watch(fine, { watchId: 'c', kind: 'counts', groups: 0 });
    await watch(deaf, { watchId: 'first', kind: 'counts', groups: 0 });
    tcpOf(deaf).pause();
    const before = inUse();
    for (let i = 0; i < 400; i += 1) deaf.emit('watch', { watchId: `w${i}`, kind: 'view', query: { limit: 1000 } }, () => undefined);
    await wait(3_000);
    expect(inUse() - before).toBeLessThan(100e6);
    await grid.call(killJobs, { body: { where: [{ field: 'jobId', operator: 'lte', values: [10] }] } });
    for (let i = 0; i < 40 && frames.length === 0; i += 1) await wait(50);
    expect(frames).toMatchObject([{ kind: 'counts', counts: { Killed: 10 } }]);
  });

  it('a client that never waits for an answer is hung up on', async () => {
    const grid = await start();
    const rude = connect(grid);
    await watch(rude, { watchId: 'first', kind: 'counts', groups: 0 });
    const gone = new Promise<string>((resolve) => rude.once('disconnect', resolve));
    for (let i = 0; i < 5_000; i += 1) rude.emit('watch', { watchId: 'same', kind: 'counts', groups: 5 }, () => undefined);
    expect(await Promise.race([gone, wait(5_000, 'still there')])).not.toBe('still there');
    expect((await grid.call(whoAmI, {})).server.mode).toBe('laptop');
  });

  it('the same thing watched again and again is one watch, and its output is not sent twice', async () => {
    const grid = await start();
    await grid.call(submitJobs, { body: { description: { executable: 'x' } } });
    const node = await grid.pilot();
    const [job] = await node.match();
    if (job === undefined) throw new Error('nothing matched');
    const { jobId, attempt } = job;
    const socket = connect(grid);
    let text = '';
    socket.on('frame', (frame) => void (frame.kind === 'output' && (text += frame.output.text)));
    const first = await watch(socket, { watchId: 'o', kind: 'output', jobId, stream: 'stdout', from: 0 });
    if (first.ok && first.frame.kind === 'output') text += first.frame.output.text;
    let end = 0;
    for (let i = 0; i < 40; i += 1) {
      const line = `line ${i}\n`;
      await node.report({ jobId, attempt, statuses: [], output: [{ stream: 'stdout', from: end, text: line, end: end + line.length }] });
      end += line.length;
    }
    for (let i = 0; i < 40 && text.length < end; i += 1) await wait(50);
    expect(text).toBe(Array.from({ length: 40 }, (_, i) => `line ${i}\n`).join(''));
  });

  it('a thousand connections all hear of a change, and leave nothing behind', async () => {
    const grid = await start();
    const many = Array.from({ length: 1_000 }, () => connect(grid));
    let heard = 0;
    for (const socket of many) socket.on('frame', (frame) => void (frame.kind === 'counts' && frame.counts.Waiting === 7 && (heard += 1)));
    const answers = await Promise.all(many.map((socket) => watch(socket, { watchId: 'c', kind: 'counts', groups: 5 })));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    await grid.call(submitJobs, { body: sweepOf(7) });
    const asked = performance.now();
    await grid.call(whoAmI, {});
    const answeredMs = performance.now() - asked;
    for (let i = 0; i < 200 && heard < 1_000; i += 1) await wait(50);
    expect(heard).toBe(1_000);
    expect(answeredMs).toBeLessThan(2_000);
  });

  it.each(['/socket.io/?EIO=4&transport=websocket', '/', '/api/live', '/companion/presence/..'])(
    'an upgrade to %s, where nobody is, is refused and not kept',
    async (path) => {
      const grid = await start();
      const { hostname, port } = new URL(grid.address);
      const answer = await new Promise<string>((resolve) => {
        let text = '';
        const socket = connectNet(Number(port), hostname);
        const timer = setTimeout(() => resolve('kept open'), 2_000);
        socket.on('data', (data) => (text += data.toString()));
        socket.on('close', () => {
          clearTimeout(timer);
          resolve(text.split('\r\n')[0] ?? '');
        });
        socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`); // prettier-ignore
      });
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    },
  );
};
describeGrid('live events under abuse', stories, ['sqlite']);
