import { ContractError, livePath, maxFramesPerSecond, Watch } from '@diraclab/contract';
import type { ClientToServer, ServerToClient, WatchAnswer } from '@diraclab/contract';
import type { Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import type { Events } from '../events.ts';
import type { Caller, FindCaller } from '../identity/caller.ts';
import { isUser } from '../identity/caller.ts';
import type { Logger } from '../logger.ts';
import { emptyFrame, look, mark, startWatching } from './watching.ts';
import type { Watching, WatchParts } from './watching.ts';

export interface LiveParts extends WatchParts {
  events: Events;
  findCaller: FindCaller;
  logger: Logger;
}

/** Watches a socket may have at once; a page of cards is a few dozen. */
const mostWatches = 500;

/**
 * Live events over socket.io, WebSocket only. Watches are marked when something changes and looked at four times a second, so that a burst
 * of changes is one frame, and what is slow to read is read once for it; a watch nobody's change touches costs nothing.
 */
export function attachLive(httpServer: HttpServer, parts: LiveParts): { close(): void } {
  const { events, findCaller, logger } = parts;
  const io = new Server<ClientToServer, ServerToClient>(httpServer, {
    path: livePath,
    transports: ['websocket'],
    serveClient: false,
    maxHttpBufferSize: 1_000_000,
    destroyUpgrade: false,
    perMessageDeflate: false,
  });
  const watchings = new Map<string, Map<string, Watching>>();

  io.use((socket, next) => {
    const header = /^Bearer (.+)$/.exec(socket.handshake.headers.authorization ?? '')?.[1];
    const { token } = socket.handshake.auth as { token?: unknown };
    const given = typeof token === 'string' ? token : header;
    findCaller(given ?? '')
      .then((caller) => {
        if (given === undefined || caller === undefined || !isUser(caller)) {
          next(new ContractError('NotSignedIn', 'The connection carries no token that is known here.'));
          return;
        }
        socket.data = { caller };
        next();
      })
      .catch(next);
  });

  io.on('connection', (socket) => {
    const { caller } = socket.data as { caller: Caller };
    const own = new Map<string, Watching>();
    watchings.set(socket.id, own);
    socket.on('disconnect', () => watchings.delete(socket.id));
    socket.on('unwatch', (watchId: unknown) => void (typeof watchId === 'string' && own.delete(watchId)));
    socket.on('watch', (asked: unknown, answer: unknown) => {
      if (typeof answer !== 'function') return;
      const reply = answer as (result: WatchAnswer) => void;
      const parsed = Watch.safeParse(asked);
      if (!parsed.success || own.size >= mostWatches) {
        const detail = parsed.success
          ? `A connection may watch at most ${mostWatches} things.`
          : (parsed.error.issues[0]?.message ?? 'Not a watch.');
        reply({ ok: false, code: 'BadRequest', detail });
        return;
      }
      const watch = parsed.data;
      const watching = startWatching(watch, caller);
      own.set(watch.watchId, watching);
      look(watching, parts)
        .then((frame) => reply({ ok: true, frame: frame ?? emptyFrame(watching) }))
        .catch((error: unknown) => {
          own.delete(watch.watchId);
          reply(toRefusal(error, logger));
        });
    });
  });

  const stopListening = [
    events.onJobsChanged((change) => {
      for (const watching of all()) mark(watching, change);
    }),
    events.onOutput((jobId) => {
      for (const watching of all()) if (watching.watch.kind === 'output' && watching.watch.jobId === jobId) watching.dirty = true;
    }),
  ];
  function* all(): Generator<Watching> {
    for (const own of watchings.values()) yield* own.values();
  }

  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    lookAtAll()
      .catch((error: unknown) => logger.error({ err: error }, 'live events failed'))
      .finally(() => {
        looking = false;
      });
  }, 1000 / maxFramesPerSecond);

  async function lookAtAll(): Promise<void> {
    for (const [socketId, own] of watchings) {
      for (const [watchId, watching] of own) {
        if (!watching.dirty) continue;
        watching.dirty = false;
        try {
          const frame = await look(watching, parts);
          // Ended or replaced while we read.
          if (frame !== undefined && own.get(watchId) === watching) io.to(socketId).emit('frame', frame);
        } catch (error) {
          logger.warn({ err: error, kind: watching.watch.kind }, 'a live frame failed');
        }
      }
    }
  }

  return {
    close() {
      clearInterval(timer);
      for (const stop of stopListening) stop();
      // Not io.close(): that would also close, and wait for, the HTTP server.
      io.disconnectSockets(true);
      io.engine.close();
    },
  };
}

function toRefusal(error: unknown, logger: Logger): WatchAnswer {
  if (error instanceof ContractError) return { ok: false, code: error.code, detail: error.message };
  logger.error({ err: error }, 'a watch failed by our mistake');
  return { ok: false, code: 'ServerFault', detail: 'The server made a mistake; its log says more.' };
}
