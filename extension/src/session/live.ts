import type { Frame, Watch } from '@diraclab/contract';
import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { FrameOf, ILive, LiveState, Refusal, WatchSpec } from '../tokens';
import { Outage } from './outage';
import type { LiveSocket } from './socket';

export interface LiveTimes {
  /** Lost for less than this, it says only "reconnecting". */
  offlineAfterMs: number;
  /** Panels come and go; the connection stays this long after the last watch. */
  lingerMs: number;
  /** After a refused handshake or a server that closed the connection, socket.io does not try again by itself. */
  retryAfterMs: number;
}
export const liveTimes: LiveTimes = { offlineAfterMs: 5000, lingerMs: 5000, retryAfterMs: 5000 };

interface Entry {
  spec: WatchSpec;
  onFrame: (frame: Frame) => void;
  onRefused: ((refusal: Refusal) => void) | undefined;
}

/**
 * All watches of this browser tab over one connection, which exists only while somebody watches and the tab can be seen.
 * The server forgets watches with their connection; this is the place that remembers them.
 */
export class Live implements ILive, IDisposable {
  readonly stateChanged: Signal<ILive, LiveState> = new Signal(this);
  /** There is a connection again after one was lost. */
  readonly reconnected: Signal<ILive, void> = new Signal(this);
  /** Lost for less than this, it is not told. Zero but where people sign in: there connections change with each renewed token. */
  glitchMs = 0;
  readonly #open: () => Promise<LiveSocket>;
  readonly #outage: Outage;
  readonly #times: LiveTimes;
  readonly #entries = new Map<string, Entry>();
  #state: LiveState = { kind: 'idle' };
  #socket: LiveSocket | undefined;
  #opening = false;
  #hidden = false;
  #signedOut = false;
  #disposed = false;
  #lastWatch = 0;
  #everLive = false;
  /** While the tab is hidden the screen grows old; its age counts from here. */
  #hiddenAt: Date | undefined;
  #closing: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #glitch: ReturnType<typeof setTimeout> | undefined;

  /** `explain` turns the socket's "websocket error" into a sentence; it is asked once an outage. */
  constructor(open: () => Promise<LiveSocket>, explain: (error: Error) => Promise<string>, times: LiveTimes = liveTimes) {
    this.#open = open;
    this.#times = times;
    this.#outage = new Outage(times.offlineAfterMs, explain, (since, reason) => this.#enter({ kind: 'offline', since, reason }));
  }

  get state(): LiveState {
    return this.#state;
  }

  watch<Spec extends WatchSpec>(spec: Spec, onFrame: (frame: FrameOf<Spec>) => void, onRefused?: (refusal: Refusal) => void): IDisposable {
    const watchId = `w${++this.#lastWatch}`;
    this.#entries.set(watchId, { spec, onFrame: onFrame as (frame: Frame) => void, onRefused });
    clearTimeout(this.#closing);
    if (this.#socket?.connected) this.#ask(watchId);
    else this.#connect();
    return new DisposableDelegate(() => this.#unwatch(watchId));
  }

  retry(): void {
    if (this.#socket && !this.#socket.connected) this.#socket.disconnect().connect();
    else this.#connect();
  }

  /** A tab that nobody sees keeps no connection. */
  setHidden(hidden: boolean): void {
    this.#hidden = hidden;
    if (hidden && this.#state.kind === 'live') this.#hiddenAt = new Date();
    if (hidden) this.#close();
    else this.#connect();
  }

  /** Nobody is let in without a sign-in, so it is not even tried. */
  setSignedOut(signedOut: boolean): void {
    if (this.#signedOut === signedOut) return;
    this.#signedOut = signedOut;
    if (signedOut) this.#close();
    else if (this.#entries.size === 0 || this.#hidden) this.#enter({ kind: 'idle' });
    else this.#connect();
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#entries.clear();
    this.#close();
    Signal.clearData(this);
  }

  #unwatch(watchId: string): void {
    if (!this.#entries.delete(watchId)) return;
    if (this.#socket?.connected) this.#socket.emit('unwatch', watchId);
    if (this.#entries.size > 0) return;
    clearTimeout(this.#closing);
    this.#closing = setTimeout(() => this.#close(), this.#times.lingerMs);
  }

  #connect(): void {
    if (this.#socket || this.#opening || this.#mayNot) return;
    this.#opening = true;
    const since = this.#outage.begin(this.#hiddenAt);
    if (this.#state.kind === 'idle' || this.#state.kind === 'signed-out')
      this.#enter(this.#everLive ? { kind: 'reconnecting', since } : { kind: 'connecting' });
    this.#open()
      .then((socket) => {
        if (this.#mayNot) return this.#rest();
        this.#socket = socket;
        this.#listen(socket);
        socket.connect();
      })
      .catch((error: Error) => {
        this.#lost(error);
        this.#again = setTimeout(() => this.#connect(), this.#times.retryAfterMs);
      })
      .finally(() => {
        this.#opening = false;
      });
  }

  #listen(socket: LiveSocket): void {
    socket.on('connect', () => {
      this.#outage.end();
      clearTimeout(this.#glitch);
      this.#hiddenAt = undefined;
      if (this.#everLive) this.reconnected.emit();
      this.#everLive = true;
      this.#enter({ kind: 'live' });
      for (const watchId of this.#entries.keys()) this.#ask(watchId);
    });
    socket.on('frame', (frame) => this.#deliver(frame));
    socket.on('connect_error', (error) => this.#lost(error));
    socket.on('disconnect', (reason) => {
      if (this.#socket === socket) this.#lost(new Error(reason));
    });
  }

  #ask(watchId: string): void {
    const entry = this.#entries.get(watchId);
    if (!entry || !this.#socket) return;
    this.#socket.emit('watch', { ...entry.spec, watchId } as Watch, (answer) => {
      if (answer.ok) this.#deliver(answer.frame);
      else this.#entries.get(watchId)?.onRefused?.({ code: answer.code, detail: answer.detail });
    });
  }

  #deliver(frame: Frame): void {
    const entry = this.#entries.get(frame.watchId);
    if (!entry) return;
    entry.spec = resume(entry.spec, frame);
    entry.onFrame(frame);
  }

  #lost(error: Error): void {
    const since = this.#outage.begin();
    if (this.#state.kind === 'live') this.#interrupted(since);
    if (this.#socket && !this.#socket.active) {
      clearTimeout(this.#again);
      this.#again = setTimeout(() => this.#socket?.connect(), this.#times.retryAfterMs);
    }
    this.#outage.failed(error);
  }

  #interrupted(since: Date): void {
    clearTimeout(this.#glitch);
    const told = (): void => this.#enter({ kind: 'reconnecting', since });
    const waitMs = since.getTime() + this.glitchMs - Date.now();
    if (waitMs <= 0) told();
    else this.#glitch = setTimeout(told, waitMs);
  }

  #close(): void {
    clearTimeout(this.#closing);
    clearTimeout(this.#again);
    clearTimeout(this.#glitch);
    this.#outage.end();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.disconnect();
    this.#rest();
  }

  get #mayNot(): boolean {
    return this.#hidden || this.#signedOut || this.#disposed || this.#entries.size === 0;
  }

  #rest(): void {
    this.#enter(this.#signedOut ? { kind: 'signed-out' } : { kind: 'idle' });
  }

  #enter(state: LiveState): void {
    if (this.#state.kind === state.kind && state.kind !== 'offline') return;
    this.#state = state;
    this.stateChanged.emit(state);
  }
}

/** Where a watch goes on after a lost connection: output from the last byte that came, all else from the beginning. */
export function resume(spec: WatchSpec, frame: Frame): WatchSpec {
  return spec.kind === 'output' && frame.kind === 'output' ? { ...spec, from: frame.output.end } : spec;
}
