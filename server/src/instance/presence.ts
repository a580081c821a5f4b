import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { presencePath, presenceProtocol } from './presence-protocol.ts';

export interface Presence {
  /** Companions connected now. */
  count(): number;
  /** Hangs up on all and takes no more. An HTTP server that closes waits for every connection, these too. */
  close(): void;
}

export interface PresenceOptions {
  /** The data directory's token. */
  token: string;
  /** Called once, when the server should end: nobody came within `firstWaitMs`, or the last left `lastWaitMs` ago. Without it the server stays. */
  onLast?: (() => void) | undefined;
  /** A companion's Lab may still be starting. */
  firstWaitMs?: number;
  /** A Lab that restarts is back sooner. */
  lastWaitMs?: number;
}

/**
 * Companions hold a connection to the server while they live; the kernel closes it when they die, even by kill -9, so no heartbeat and no
 * list to keep. It is an upgrade of its own protocol on the server's own address: Express and socket.io never see it.
 */
export function attachPresence(server: Server, { token, onLast, firstWaitMs = 30_000, lastWaitMs = 5_000 }: PresenceOptions): Presence {
  const companions = new Set<Duplex>();
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  const endAfter = (waitMs: number): void => {
    clearTimeout(timer);
    if (onLast !== undefined && !closed) timer = setTimeout(onLast, waitMs).unref();
  };

  const onUpgrade = (request: IncomingMessage, socket: Duplex): void => {
    if (request.url !== presencePath) return;
    socket.on('error', () => socket.destroy());
    if (closed || request.headers.upgrade !== presenceProtocol || !isSame(request.headers.authorization, `Bearer ${token}`)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    clearTimeout(timer);
    companions.add(socket);
    socket.once('close', () => {
      companions.delete(socket);
      if (companions.size === 0) endAfter(lastWaitMs);
    });
    // A companion says nothing more; reading is how its end is noticed.
    socket.once('end', () => socket.destroy()).resume();
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${presenceProtocol}\r\n\r\n`);
  };

  server.on('upgrade', onUpgrade);
  endAfter(firstWaitMs);
  return {
    count: () => companions.size,
    close: () => {
      closed = true;
      clearTimeout(timer);
      for (const socket of companions) socket.destroy();
    },
  };
}

/** In constant time, whatever the lengths. */
function isSame(given: string | undefined, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given ?? ''), digest(expected));
}
