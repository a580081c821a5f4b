import type { BulkOperation, Job } from '@diraclab/contract';
import type { LabSession } from '@diraclab/contract/lab-session';
import { DisposableDelegate } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { FrameOf, IDiracSession, ILive, ISignIn, LiveState, Refusal, WatchSpec } from '../tokens';

interface Watching {
  spec: WatchSpec;
  onFrame: (frame: never) => void;
  onRefused: ((refusal: Refusal) => void) | undefined;
}

/**
 * A session whose other end is the test: it sees what is watched and called, and says what comes. The real connection has its own
 * tests against a real socket.io server; here the widgets are the subject.
 */
export class ScriptedSession implements IDiracSession {
  readonly watching: Watching[] = [];
  readonly calls: { name: string; input: unknown }[] = [];
  /** What the next calls are answered; an Error is thrown. */
  readonly answers: unknown[] = [];
  readonly live: ILive & { enter(state: LiveState): void };
  readonly signIn = new ScriptedSignIn();
  retries = 0;

  constructor() {
    let state: LiveState = { kind: 'live' };
    const { watching } = this;
    const live: ILive & { enter(state: LiveState): void } = {
      get state() {
        return state;
      },
      stateChanged: undefined as never,
      watch: (spec, onFrame, onRefused) => {
        const entry: Watching = { spec, onFrame, onRefused };
        watching.push(entry);
        return new DisposableDelegate(() => void watching.splice(watching.indexOf(entry), 1));
      },
      retry: () => {
        this.retries++;
      },
      enter: (next) => {
        state = next;
        signal.emit(next);
      },
    };
    const signal = new Signal<ILive, LiveState>(live);
    Object.assign(live, { stateChanged: signal });
    this.live = live;
  }

  readonly call: IDiracSession['call'] = async (name, input) => {
    this.calls.push({ name, input });
    const answer = this.answers.shift();
    if (answer instanceof Error) throw answer;
    return answer as never;
  };

  client(): never {
    throw new Error('not part of this script');
  }

  urlOf(path: string): string {
    return `/dirac${path}`;
  }

  /** Sends a frame to every watch of its kind. */
  say<Kind extends WatchSpec['kind']>(kind: Kind, frame: Omit<FrameOf<Extract<WatchSpec, { kind: Kind }>>, 'watchId' | 'kind'>): void {
    for (const { spec, onFrame } of [...this.watching]) if (spec.kind === kind) onFrame({ ...frame, kind, watchId: 'w' } as never);
  }

  kinds(): string[] {
    return this.watching.map(({ spec }) => spec.kind);
  }
}

/** A sign-in whose companion is the test. */
export class ScriptedSignIn implements ISignIn {
  readonly changed: Signal<ISignIn, void> = new Signal(this);
  readonly needed: Signal<ISignIn, void> = new Signal(this);
  readonly acts: unknown[] = [];
  session: LabSession | undefined;

  enter(session: LabSession): void {
    this.session = session;
    this.changed.emit();
  }
  refresh = async (): Promise<LabSession> => this.session ?? { kind: 'noSignIn' };
  start = async (): Promise<string> => {
    this.acts.push('start');
    return 'https://dirac.example.org/authorize';
  };
  switchGroup = async (group: object): Promise<void> => void this.acts.push(group);
  signOut = async (): Promise<void> => void this.acts.push('signOut');
}

const place = { service: 'https://dirac.example.org', vo: 'cta', ownerGroup: 'cta_user' };
export const signedIn = (more: Partial<Extract<LabSession, { kind: 'signedIn' }>> = {}): LabSession => ({
  kind: 'signedIn',
  ...place,
  owner: 'alice',
  endTime: new Date(Date.now() + 86_400_000).toISOString(),
  isRenewable: true,
  ...more,
});
export const signedOut = (isEnded: boolean, failure: string | null = null): LabSession => ({
  kind: 'signedOut',
  service: place.service,
  before: isEnded ? { vo: place.vo, ownerGroup: place.ownerGroup, owner: 'alice', why: 'This sign-in has ended.' } : null,
  failure,
});

export function aJob(more: Partial<Job> = {}): Job {
  return {
    jobId: 7,
    jobName: 'hello',
    jobGroup: 'group-7',
    jobType: 'User',
    owner: 'alice',
    ownerGroup: 'user',
    vo: 'lab',
    site: 'ANY',
    status: 'Waiting',
    minorStatus: 'Pilot Agent Submission',
    applicationStatus: 'Unknown',
    priority: 1,
    cpuTimeS: 86_400,
    submissionTime: '2026-11-23T10:00:00.000Z',
    lastUpdateTime: '2026-11-23T10:00:00.000Z',
    startExecTime: null,
    endExecTime: null,
    heartBeatTime: null,
    rescheduleCounter: 0,
    attempt: 0,
    endReason: null,
    exitCode: null,
    cpuTimeUsedS: null,
    wallTimeUsedS: null,
    maxRssMB: null,
    parameters: null,
    ...more,
  };
}

export function anOperation(more: Partial<BulkOperation> = {}): BulkOperation {
  return {
    operationId: 5, act: 'kill', priority: null, state: 'Done', requestTime: '2026-11-23T10:00:00.000Z', undoUntilTime: '2026-11-23T10:00:10.000Z',
    endTime: null, total: 2, accepted: 0, refused: 0, refusals: [], ...more,
  }; // prettier-ignore
}

/** Waits until `check` does not throw; what it threw last is the error. */
export async function eventually<T>(check: () => T, withinMs = 3000): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    try {
      return check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((done) => setTimeout(done, 15));
    }
  }
}

export function absent(what: string): never {
  throw new Error(what);
}
