import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { seen, useHouse } from './testing/house.ts';
import type { Companion } from './testing/house.ts';

const house = useHouse();

describe('live events', () => {
  let bridge: ReturnType<typeof createServer>;
  const bridged = new Set<Socket>();

  /** Stands for Lab's proxy: a port whose connections go to the companion's socket. */
  async function openBridge(companion: Companion): Promise<string> {
    bridge = createServer((socket) => {
      const on = connect(companion.socketPath);
      for (const [one, other] of [
        [socket, on],
        [on, socket],
      ] as const) {
        bridged.add(one);
        one.pipe(other);
        one.on('error', () => other.destroy()).on('close', () => other.destroy());
      }
    }).listen(0, '127.0.0.1');
    await once(bridge, 'listening');
    return `http://127.0.0.1:${(bridge.address() as AddressInfo).port}`;
  }
  afterEach(async () => {
    for (const socket of bridged) socket.destroy();
    await new Promise((closed) => bridge.close(closed));
  });
  const connectLive = (url: string, headers: Record<string, string>) =>
    io(url, {
      path: '/api/live',
      transports: ['websocket'],
      reconnectionDelay: 50,
      reconnectionDelayMax: 100,
      forceNew: true,
      extraHeaders: headers,
    });

  it('go both ways, with headers exchanged, and come back by themselves after kill -9', async () => {
    const companion = await house().startCompanion();
    const url = await openBridge(companion);
    const live = connectLive(url, { origin: url, cookie: 'username=secret', authorization: 'token labs' });
    try {
      await new Promise<void>((resolve) => live.once('connect', resolve));
      expect(await live.emitWithAck('echo', 'x'.repeat(100_000))).toHaveLength(100_000);
      const headers = JSON.stringify(await live.emitWithAck('headers'));
      expect(headers).toContain(await readFile(join(house().dataDirectory, 'token'), 'utf8'));
      expect(headers).not.toMatch(/secret|labs/);
      const dropped = new Promise<void>((resolve) => live.once('disconnect', () => resolve()));
      const back = dropped.then(() => new Promise<void>((resolve) => live.once('connect', resolve)));
      process.kill((await house().serverPid()) ?? 0, 'SIGKILL');
      await back;
      expect(await live.emitWithAck('echo', 'again')).toBe('again');
    } finally {
      live.close();
    }
  });

  it('are not for pages elsewhere, cookie or not', async () => {
    const companion = await house().startCompanion();
    const url = await openBridge(companion);
    await seen(companion);
    for (const headers of [{ origin: 'http://evil', cookie: 'username=secret; _xsrf=x' }, { cookie: 'username=secret' }, {}]) {
      const live = connectLive(url, headers as Record<string, string>);
      const outcome = await new Promise((resolve) =>
        live.once('connect', () => resolve('connected')).once('connect_error', () => resolve('refused')),
      );
      live.close();
      expect(outcome).toBe('refused');
    }
  });
});
