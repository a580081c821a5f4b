import type * as Contract from '@diraclab/contract';
import type { Answer, CallInput, CallOptions, Client, Frame, Route, Watch } from '@diraclab/contract';
import type { LabGroup, LabSession } from '@diraclab/contract/lab-session';
import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

type Words = typeof Contract;

/** Names of the contract's routes: `'getJob'`, `'killJobs'` … */
export type RouteName = { [Name in keyof Words]: Words[Name] extends Route ? Name : never }[keyof Words];

export type WatchSpec = Watch extends infer W ? (W extends Watch ? Omit<W, 'watchId'> : never) : never;
export type FrameOf<Spec extends WatchSpec> = Extract<Frame, { kind: Spec['kind'] }>;
export interface Refusal {
  code: string;
  detail: string;
}

/**
 * idle: nobody watches, or the browser tab is hidden, and there is no connection. connecting: the first time. reconnecting: lost a moment
 * ago. offline: lost for longer than a glitch; `reason` is a sentence for people. The rows on the screen are as of `since` then.
 */
export type LiveState =
  | { kind: 'idle' }
  | { kind: 'connecting' }
  | { kind: 'live' }
  | { kind: 'reconnecting'; since: Date }
  | { kind: 'offline'; since: Date; reason: string }
  /** Not connected before somebody has signed in. */
  | { kind: 'signed-out' };

export interface ILive {
  readonly state: LiveState;
  readonly stateChanged: ISignal<ILive, LiveState>;
  /**
   * Calls `onFrame` with what is there now and with each change, until disposed; after a lost connection it starts again by itself, with a
   * whole first frame. `onRefused` hears why the server will not show it.
   */
  watch<Spec extends WatchSpec>(spec: Spec, onFrame: (frame: FrameOf<Spec>) => void, onRefused?: (refusal: Refusal) => void): IDisposable;
  /** Try now instead of waiting for the next attempt. */
  retry(): void;
}

/** The sign-in at a service. Its tokens are the companion's: the page knows who, for which group, and until when. */
export interface ISignIn {
  /** Undefined until it was asked for; `noSignIn` where none is needed, and then nothing of it is shown. */
  readonly session: LabSession | undefined;
  readonly changed: ISignal<ISignIn, void>;
  /** Something waits for a sign-in. */
  readonly needed: ISignal<ISignIn, void>;
  refresh(): Promise<LabSession>;
  /** Begins a sign-in and gives the address where a browser window goes on with it; `changed` tells its end. */
  start(): Promise<string>;
  switchGroup(group: LabGroup): Promise<void>;
  signOut(): Promise<void>;
}

export interface IDiracSession {
  readonly live: ILive;
  readonly signIn: ISignIn;
  /** Calls a route by its name; the contract is loaded at the first call, so that Lab's start does not pay for it. */
  call<Name extends RouteName>(name: Name, input: CallInput<Words[Name]>, options?: CallOptions): Promise<Answer<Words[Name]>>;
  /** Uploads and downloads need the client itself, and the route objects. */
  client(): Promise<{ client: Client; contract: Words }>;
  /** An address that the browser can open by itself (a link to an output file); `path` starts with `/api`. */
  urlOf(path: string): string;
}

export const IDiracSession = new Token<IDiracSession>(
  'diraclab-extension:IDiracSession',
  'The connection to the DIRAC server behind this Lab: calls and live events.',
);
