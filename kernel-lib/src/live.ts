import { livePath, type ClientToServer, type Frame, type ServerToClient, type Watch, type WatchAnswer } from '@diraclab/contract';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import type { ServerAddress } from './connection';

/** What to watch, without the id, which is ours. Asked for again at each connection, so that it can say where it got to. */
export type WatchSpec = Watch extends infer W ? (W extends Watch ? Omit<W, 'watchId'> : never) : never;

export type OnFrame = (frame: Frame, isFirst: boolean) => void;

export interface Live {
  /**
   * Calls `onFrame` with the first state (`isFirst`, again after each lost connection) and with each change; a change may overtake the
   * first state. `onRefused` when the server will not. Gives the end.
   */
  watch(spec: () => WatchSpec, onFrame: OnFrame, onRefused: (error: Error) => void): () => void;
  /** Undefined while connected; else since when (ms) and why not. */
  offline(): { sinceMs: number; why: string } | undefined;
  close(): void;
}

interface Watching {
  spec: () => WatchSpec;
  onFrame: OnFrame;
  onRefused: (error: Error) => void;
}

/** First pause after a lost connection; doubles up to the longest, which a laptop's restart of the server stays well below. */
const firstPauseMs = 200;
const longestPauseMs = 5000;

/**
 * One socket.io connection for the whole process: opened at the first watch, closed when there is none, looked for anew (address and
 * token may have changed) after it was lost. Reconnecting is ours, not socket.io's, because that keeps the old address for ever.
 * Nothing here keeps the process alive: who waits does that (keep-alive.ts).
 */
export function createLive(find: () => Promise<ServerAddress>): Live {
  const watches = new Map<string, Watching>();
  let socket: Socket<ServerToClient, ClientToServer> | undefined;
  let opening = false;
  let pauseMs = firstPauseMs;
  let retry: NodeJS.Timeout | undefined;
  let lost: { sinceMs: number; why: string } | undefined;
  let lastId = 0;

  async function open(): Promise<void> {
    if (opening || socket !== undefined || watches.size === 0) return;
    opening = true;
    try {
      const { address, token } = await find();
      if (watches.size > 0) join(address, token);
    } catch (error) {
      again(error instanceof Error ? error.message : String(error));
    } finally {
      opening = false;
    }
  }

  function join(address: string, token: string): void {
    const mine: Socket<ServerToClient, ClientToServer> = io(urlOf(address), optionsFor(address, token));
    socket = mine;
    mine.on('connect', () => {
      pauseMs = firstPauseMs;
      lost = undefined;
      for (const [watchId, watching] of watches) ask(mine, watchId, watching);
    });
    mine.on('frame', (frame) => watches.get(frame.watchId)?.onFrame(frame, false));
    const leave = (why: string) => {
      if (socket !== mine) return;
      socket = undefined;
      mine.disconnect();
      again(why);
    };
    mine.on('connect_error', (error) => leave(error.message));
    mine.on('disconnect', leave);
  }

  function ask(through: Socket<ServerToClient, ClientToServer>, watchId: string, watching: Watching): void {
    const watch = { ...watching.spec(), watchId } as Watch;
    through.emit('watch', watch, (answer: WatchAnswer) => {
      if (watches.get(watchId) !== watching) return;
      if (answer.ok) watching.onFrame(answer.frame, true);
      else {
        watches.delete(watchId);
        watching.onRefused(Object.assign(new Error(answer.detail), { name: 'ContractError', code: answer.code }));
      }
    });
  }

  function again(why: string): void {
    lost ??= { sinceMs: Date.now(), why };
    lost.why = why;
    if (watches.size === 0) return;
    clearTimeout(retry);
    retry = setTimeout(() => void open(), pauseMs * (0.75 + Math.random() / 2));
    retry.unref();
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }

  function close(): void {
    clearTimeout(retry);
    const mine = socket;
    socket = undefined;
    mine?.disconnect();
  }

  return {
    watch(spec, onFrame, onRefused) {
      lastId += 1;
      const watchId = `w${lastId}`;
      const watching = { spec, onFrame, onRefused };
      watches.set(watchId, watching);
      if (socket?.connected === true) ask(socket, watchId, watching);
      else void open();
      return () => {
        if (!watches.delete(watchId)) return;
        if (watches.size === 0) close();
        else if (socket?.connected === true) socket.emit('unwatch', watchId);
      };
    },
    offline: () => lost,
    close() {
      watches.clear();
      close();
    },
  };
}

function urlOf(address: string): string {
  // The host of a socket path is only a name in the Host header: the agent below decides where the bytes go.
  return address.startsWith('unix:') ? 'http://localhost' : new URL(address).origin;
}

function optionsFor(address: string, token: string): Partial<ManagerOptions & SocketOptions> {
  const basePath = address.startsWith('unix:') ? '' : new URL(address).pathname.replace(/\/$/, '');
  return {
    path: `${basePath}${livePath}`,
    transports: ['websocket'],
    auth: { token },
    extraHeaders: { authorization: `Bearer ${token}` },
    reconnection: false,
    forceNew: true,
    autoUnref: true,
    ...(address.startsWith('unix:') ? { agent: socketAgent(address.slice('unix:'.length)) } : {}),
  };
}

/** socket.io-client knows no socket paths, but hands `agent` through to the WebSocket's handshake, which asks it for the connection. */
function socketAgent(path: string): string {
  const agent = new Agent();
  agent.createConnection = () => connect(path);
  // Its type knows the browser's use only.
  return agent as unknown as string;
}
