import { ContractError, livePath, maxFramesPerSecond } from '@diraclab/contract';
import type { ClientToServer, ServerToClient } from '@diraclab/contract';
import type { OpenServer } from './http-server.ts';
import { Server } from 'socket.io';
import type { Events } from '../events.ts';
import { isSameCaller } from '../identity/caller.ts';
import type { Caller, FindCaller } from '../identity/caller.ts';
import { readsJobs } from '../identity/policies.ts';
import type { Logger } from '../logger.ts';
import { createSession } from './live-session.ts';
import type { Session } from './live-session.ts';
import { mark } from './watching.ts';
import type { Watching, WatchParts } from './watching.ts';

export interface LiveParts extends WatchParts {
  events: Events;
  findCaller: FindCaller;
  logger: Logger;
}

/** Connections at once; a page has one. */
const mostSockets = 2_000;
/** Connections looked after at the same time: one that watches what is slow to read holds up itself, and the API keeps its share of readers. */
const lookers = 4;
/** After a failure of the database. */
const pauseMs = 2_000;
/** Who was signed out, suspended or moved to other rights is cut off within this and what a look at the revocations takes. */
const recheckMs = 10_000;

/**
 * Live events over socket.io, WebSocket only. Watches are marked when something changes and looked at four times a second, so that a burst
 * of changes is one frame, and what is slow to read is read once for it; a watch nobody's change touches costs nothing.
 */
export function attachLive(httpServer: OpenServer['http'], parts: LiveParts): { count(): number; close(): void } {
  const { events, findCaller, logger } = parts;
  const io = new Server<ClientToServer, ServerToClient>(httpServer, {
    path: livePath,
    transports: ['websocket'],
    serveClient: false,
    maxHttpBufferSize: 1_000_000,
    destroyUpgrade: false,
    perMessageDeflate: false,
  });
  const sessions = new Set<Session>();

  io.use((socket, next) => {
    const header = /^Bearer (.+)$/.exec(socket.handshake.headers.authorization ?? '')?.[1];
    const { token } = socket.handshake.auth as { token?: unknown };
    const given = typeof token === 'string' ? token : header;
    findCaller(given ?? '')
      .then((caller) => {
        if (given === undefined || caller === undefined || !readsJobs(caller))
          throw new ContractError('NotSignedIn', 'The connection carries no token that is known here.');
        if (sessions.size >= mostSockets) throw new ContractError('NotReady', `The server has ${mostSockets} live connections already.`);
        socket.data = { caller, token: given };
        next();
      })
      // Not a failure's own words: who is not signed in yet must not read our statements.
      .catch((error: unknown) => next(error instanceof ContractError ? error : new ContractError('NotReady', 'Try again in a moment.')));
  });

  /** While nobody can tell, as in an outage of the database, all stay. */
  const recheck = setInterval(() => {
    for (const socket of io.sockets.sockets.values()) {
      const { caller, token } = socket.data as { caller: Caller; token: string };
      findCaller(token).then(
        (now) => (now === undefined || !isSameCaller(now, caller)) && socket.disconnect(true),
        () => undefined,
      );
    }
  }, recheckMs);

  io.on('connection', (socket) => {
    const { caller } = socket.data as { caller: Caller };
    const session = createSession(socket, caller, parts);
    sessions.add(session);
    socket.on('disconnect', () => sessions.delete(session));
    socket.on('unwatch', (watchId: unknown) => void (typeof watchId === 'string' && session.unwatch(watchId)));
    socket.on('watch', (asked: unknown, answer: unknown) => {
      if (typeof answer === 'function') session.watch(asked, answer as Parameters<ClientToServer['watch']>[1]);
    });
  });

  const stopListening = [
    events.onJobsChanged((change) => {
      for (const watching of all()) mark(watching, change);
    }),
    events.onOperation((operationId) => {
      for (const watching of all())
        if (watching.watch.kind === 'operation' && watching.watch.operationId === operationId) watching.dirty = true;
    }),
    events.onOutput((jobId) => {
      for (const watching of all()) if (watching.watch.kind === 'output' && watching.watch.jobId === jobId) watching.dirty = true;
    }),
  ];
  function* all(): Generator<Watching> {
    for (const { watchings } of sessions) yield* watchings.values();
  }

  let looking = false;
  let notBeforeMs = 0;
  const timer = setInterval(() => {
    if (looking || performance.now() < notBeforeMs) return;
    looking = true;
    lookAtAll()
      .catch((error: unknown) => {
        notBeforeMs = performance.now() + pauseMs;
        logger.warn({ err: error }, 'live events could not be read; they come when that works again');
      })
      .finally(() => {
        looking = false;
      });
  }, 1000 / maxFramesPerSecond);

  async function lookAtAll(): Promise<void> {
    const waiting = [...sessions].filter((session) => session.hasNews())[Symbol.iterator]();
    const work = async (): Promise<void> => {
      for (const session of waiting) await session.look();
    };
    await Promise.all(Array.from({ length: lookers }, work));
  }

  return {
    count: () => sessions.size,
    close() {
      clearInterval(timer);
      clearInterval(recheck);
      for (const stop of stopListening) stop();
      // Not io.close(): that would also close, and wait for, the HTTP server.
      io.disconnectSockets(true);
      io.engine.close();
    },
  };
}
