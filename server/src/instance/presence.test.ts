import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server as SocketServer } from 'socket.io';
import { presencePath, presenceProtocol } from './presence-protocol.ts';
import { attachPresence } from './presence.ts';
import type { PresenceOptions } from './presence.ts';

const token = 't'.repeat(43);

describe('companions at a server', () => {
  let place: string;
  let server: Server;
  let ended: number;

  beforeEach(async () => {
    place = await mkdtemp('/tmp/dl-');
    server = createServer((_request, answer) => void answer.end('door')).listen(join(place, 's'));
    await once(server, 'listening');
    ended = 0;
  });
  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await rm(place, { recursive: true, force: true });
  });

  const attach = (more: Partial<PresenceOptions> = {}) =>
    attachPresence(server, { token, onLast: () => (ended += 1), firstWaitMs: 150, lastWaitMs: 150, ...more });

  /** The connection of a companion, or the status that refuses it. */
  async function come(headers: Record<string, string> = {}, path = presencePath): Promise<Duplex | number> {
    const asking = request({
      socketPath: join(place, 's'),
      path,
      agent: false,
      headers: { Connection: 'Upgrade', Upgrade: presenceProtocol, Authorization: `Bearer ${token}`, ...headers },
    }).end();
    return new Promise((resolve, reject) => {
      asking.on('upgrade', (_answer: IncomingMessage, socket: Duplex) => resolve(socket));
      asking.on('response', (answer) => resolve(answer.statusCode ?? 0));
      asking.on('error', reject);
    });
  }
  const companion = async (): Promise<Duplex> => {
    const came = await come();
    if (typeof came === 'number') throw new Error(`refused with ${came}`);
    return came;
  };

  it('keep it until the last has gone, and a while', async () => {
    const presence = attach();
    const [one, two] = [await companion(), await companion()];
    expect(presence.count()).toBe(2);
    one.destroy();
    await sleep(300);
    expect(ended).toBe(0);
    two.destroy();
    await sleep(50);
    expect([presence.count(), ended]).toEqual([0, 0]);
    await sleep(250);
    expect(ended).toBe(1);
    presence.close();
  });

  it('keep it when one comes back in time', async () => {
    const presence = attach();
    for (let round = 0; round < 4; round += 1) {
      (await companion()).destroy();
      await sleep(80);
    }
    const stays = await companion();
    await sleep(300);
    expect(ended).toBe(0);
    presence.close();
    stays.destroy();
  });

  it('let it end when none ever came', async () => {
    const presence = attach();
    await sleep(50);
    expect(ended).toBe(0);
    await sleep(200);
    expect(ended).toBe(1);
    presence.close();
  });

  it('do not end a server that was started to stay', async () => {
    const presence = attach({ onLast: undefined });
    (await companion()).destroy();
    await sleep(300);
    expect(presence.count()).toBe(0);
    presence.close();
  });

  it('are strangers without the token or the protocol', async () => {
    const presence = attach();
    expect(await come({ Authorization: 'Bearer wrong' })).toBe(401);
    expect(await come({ Authorization: '' })).toBe(401);
    expect(await come({ Upgrade: 'websocket' })).toBe(401);
    expect(presence.count()).toBe(0);
    presence.close();
  });

  it('are hung up on when the server closes, so that its close comes to an end', async () => {
    const presence = attach();
    const stays = await companion();
    const gone = once(stays.resume(), 'close');
    presence.close();
    await gone;
    await new Promise((closed) => server.close(closed));
    expect(ended).toBe(0);
  });

  it.each(['before', 'after'])('live beside socket.io attached %s them', async (when) => {
    const attachLive = () =>
      new SocketServer(server, { path: '/api/live', transports: ['websocket'], serveClient: false, destroyUpgradeTimeout: 100 });
    const early = when === 'before' ? attachLive() : undefined;
    const presence = attach();
    const live = early ?? attachLive();
    const stays = await companion();
    // socket.io hangs up on upgrades that nobody answers in time; this one was answered.
    await sleep(300);
    expect([presence.count(), ended]).toEqual([1, 0]);
    const webSocket = await come(
      { Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' },
      '/api/live/?EIO=4&transport=websocket',
    );
    expect(typeof webSocket).not.toBe('number');
    expect(presence.count()).toBe(1);
    (webSocket as Duplex).destroy();
    stays.destroy();
    presence.close();
    await live.close();
  });
});
