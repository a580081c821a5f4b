import { ContractError, Watch } from '@diraclab/contract';
import type { ClientToServer, ServerToClient, WatchAnswer } from '@diraclab/contract';
import type { Socket } from 'socket.io';
import type { Caller } from '../identity/caller.ts';
import type { Logger } from '../logger.ts';
import { emptyFrame, look, startWatching } from './watching.ts';
import type { Watching, WatchParts } from './watching.ts';

/** One connection and what it watches. */
export interface Session {
  readonly watchings: ReadonlyMap<string, Watching>;
  watch(asked: unknown, answer: (result: WatchAnswer) => void): void;
  unwatch(watchId: string): void;
  hasNews(): boolean;
  /** Sends what changed, one watch after the other; throws where the database fails, and what was not sent is still news. */
  look(): Promise<void>;
}

/** Watches a connection may have at once; a page of cards is a few dozen. */
const mostWatches = 500;
/** Questions without an answer yet; who asks more and reads nothing is hung up on. */
const mostPending = 1_000;
/** How long a frame may take to leave for the network before the others wait for the next look. */
const patienceMs = 200;
const beatMs = 5;

type LiveSocket = Socket<ClientToServer, ServerToClient>;

export function createSession(socket: LiveSocket, caller: Caller, parts: WatchParts & { logger: Logger }): Session {
  const watchings = new Map<string, Watching>();
  let pending = 0;
  // One look after the other: two at once would send the same output twice, and a client that asks much waits for itself.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const mine = last.then(act, act);
    last = mine.catch(() => undefined);
    return mine;
  };

  /** Every question is answered when the answers before it have left: what a client does not read is not made. */
  async function answer(reply: (result: WatchAnswer) => void, make: () => Promise<WatchAnswer>): Promise<void> {
    try {
      while (socket.connected && !(await canTake(socket)));
      if (socket.connected) reply(await make());
    } finally {
      pending -= 1;
    }
  }

  async function firstLook(watching: Watching): Promise<WatchAnswer> {
    const { watchId } = watching.watch;
    try {
      return { ok: true, frame: (await look(watching, parts)) ?? emptyFrame(watching) };
    } catch (error) {
      if (watchings.get(watchId) === watching) watchings.delete(watchId);
      return toRefusal(error, parts.logger);
    }
  }

  function register(asked: unknown): Watching | WatchAnswer {
    const parsed = Watch.safeParse(asked);
    if (!parsed.success) return { ok: false, code: 'BadRequest', detail: parsed.error.issues[0]?.message ?? 'Not a watch.' };
    const { watchId } = parsed.data;
    if (!watchings.has(watchId) && watchings.size >= mostWatches)
      return { ok: false, code: 'BadRequest', detail: `A connection may watch at most ${mostWatches} things.` };
    const watching = startWatching(parsed.data, caller);
    watchings.set(watchId, watching);
    return watching;
  }

  async function lookAt(watchId: string, watching: Watching): Promise<void> {
    watching.dirty = false;
    try {
      const frame = await look(watching, parts);
      // Ended or replaced while we read.
      if (frame !== undefined && watchings.get(watchId) === watching) socket.emit('frame', frame);
    } catch (error) {
      // What is not there any more, or not the caller's, will not come back; all else is still news.
      if (error instanceof ContractError && error.status < 500) return;
      watching.dirty = true;
      throw error;
    }
  }

  return {
    watchings,
    watch(asked, reply) {
      if (pending >= mostPending) {
        socket.disconnect(true);
        return;
      }
      pending += 1;
      const registered = register(asked);
      void inTurn(() => answer(reply, async () => ('watch' in registered ? firstLook(registered) : registered)));
    },
    unwatch: (watchId) => void watchings.delete(watchId),
    hasNews() {
      for (const { dirty } of watchings.values()) if (dirty) return socket.conn.transport.writable;
      return false;
    },
    look: () =>
      inTurn(async () => {
        for (const [watchId, watching] of watchings) {
          if (!watching.dirty) continue;
          // Nothing is put into line for a client that does not read: it gets the newest state when it reads again, or is dropped by the ping.
          if (!(await canTake(socket))) return;
          await lookAt(watchId, watching);
        }
      }),
  };
}

async function canTake(socket: LiveSocket): Promise<boolean> {
  for (let waitedMs = 0; socket.connected && waitedMs < patienceMs; waitedMs += beatMs) {
    if (socket.conn.transport.writable) return true;
    await new Promise((resolve) => setTimeout(resolve, beatMs));
  }
  return socket.connected && socket.conn.transport.writable;
}

function toRefusal(error: unknown, logger: Logger): WatchAnswer {
  if (error instanceof ContractError) return { ok: false, code: error.code, detail: error.message };
  logger.error({ err: error }, 'a watch failed by our mistake');
  return { ok: false, code: 'ServerFault', detail: 'The server made a mistake; its log says more.' };
}
