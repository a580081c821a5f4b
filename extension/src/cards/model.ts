import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { whereGroup } from '../commands';
import { act } from '../jobs/act';
import { explain, type Trouble } from '../session/explain';
import type { IDiracSession, LiveState } from '../tokens';
import { isFinal } from '../ui/states';
import type { Card } from './payload';
import { tail, tailBytes } from './tail';

/** `unknown`: the server here has no such job or another one by this number; the saved snapshot is all there is. */
export type Knowledge = 'snapshot' | 'live' | 'unknown';

/** A card follows its job or group by id while it can be seen. What it shows first is the snapshot of the notebook. */
export class CardModel implements IDisposable {
  readonly changed = new Signal<this, void>(this);
  readonly session: IDiracSession;
  card: Card;
  knowledge: Knowledge = 'snapshot';
  /** The last lines of the job's standard output. */
  output = '';
  pending = false;
  trouble: Trouble | undefined;
  result = '';
  isDisposed = false;
  #watch: IDisposable | undefined;
  #outputWatch: IDisposable | undefined;
  #outputAttempt = 0;

  constructor(session: IDiracSession, card: Card) {
    this.session = session;
    this.card = card;
    session.live.stateChanged.connect(this.#emit, this);
  }

  get state(): LiveState {
    return this.session.live.state;
  }

  /** The notebook shows another snapshot in the same output. What the server said meanwhile is newer than any snapshot of the same job. */
  update(card: Card): void {
    if (this.knowledge === 'live' && isSame(this.card, card)) return;
    const watching = this.#watch !== undefined;
    this.stop();
    Object.assign(this, { card, knowledge: 'snapshot', output: '', result: '', trouble: undefined });
    if (watching) this.start();
    this.#emit();
  }

  start(): void {
    if (this.#watch || this.isDisposed) return;
    const { live } = this.session;
    if (this.card.kind === 'job') {
      const { jobId } = this.card.job;
      this.#watch = live.watch(
        { kind: 'jobs', jobIds: [jobId] },
        ({ jobs }) => this.#learn(jobs[0] && { kind: 'job', job: jobs[0] }),
        this.#refused,
      );
    } else {
      const { jobGroup } = this.card.group;
      this.#watch = live.watch(
        { kind: 'group', jobGroup },
        ({ group }) => this.#learn(group ? { kind: 'group', group } : undefined),
        this.#refused,
      );
    }
  }

  /** Scrolled out, or the notebook is not in front: nothing is asked, what was seen stays. */
  stop(): void {
    this.#watch?.dispose();
    this.#outputWatch?.dispose();
    this.#watch = this.#outputWatch = undefined;
    this.#outputAttempt = 0;
  }

  async kill(): Promise<void> {
    const { card } = this;
    this.pending = true;
    this.#emit();
    try {
      this.result = await act(
        this.session,
        'kill',
        card.kind === 'job' ? { jobIds: [card.job.jobId] } : { where: [whereGroup(card.group.jobGroup)] },
      );
      this.trouble = undefined;
    } catch (error) {
      this.trouble = explain(
        card.kind === 'job' ? `Job ${card.job.jobId} was not killed` : `Group ${card.group.jobGroup} was not killed`,
        error,
      );
    } finally {
      this.pending = false;
      this.#emit();
    }
  }

  closeTrouble(): void {
    this.trouble = undefined;
    this.#emit();
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.stop();
    Signal.clearData(this);
  }

  readonly #refused = (): void => this.#learn(undefined);

  /** A first frame without the job means that it is not here; later frames always bring what changed. */
  #learn(now: Card | undefined): void {
    if (now === undefined || !isSame(this.card, now)) {
      if (this.knowledge === 'snapshot') this.knowledge = 'unknown';
      return this.#emit();
    }
    this.card = now;
    this.knowledge = 'live';
    if (now.kind === 'job') this.#followOutput(now.job.jobId, now.job.attempt);
    this.#emit();
  }

  #followOutput(jobId: number, attempt: number): void {
    if (attempt === this.#outputAttempt) return;
    this.#outputAttempt = attempt;
    this.#outputWatch?.dispose();
    let text = '';
    const watch = this.session.live.watch({ kind: 'output', jobId, stream: 'stdout', from: -tailBytes }, ({ output }) => {
      text = (text + output.text).slice(-tailBytes);
      this.output = tail(text);
      if (output.complete) watch.dispose();
      this.#emit();
    });
    this.#outputWatch = watch;
  }

  #emit(): void {
    this.changed.emit();
  }
}

/**
 * Numbers repeat between servers: a notebook from elsewhere names job 7 of another place. The moment of submission tells them apart; for a
 * group the first job's number does. A snapshot that does not know is believed.
 */
export function isSame(one: Card, other: Card): boolean {
  if (one.kind === 'job' && other.kind === 'job') {
    return one.job.jobId === other.job.jobId && (one.job.submissionTime === other.job.submissionTime || one.job.submissionTime === '');
  }
  if (one.kind === 'group' && other.kind === 'group') {
    return one.group.jobGroup === other.group.jobGroup && (one.group.firstJobId ?? other.group.firstJobId) === other.group.firstJobId;
  }
  return false;
}

/** How many jobs of a card have not ended. */
export function unfinished(card: Card): number {
  if (card.kind === 'job') return isFinal(card.job.status) ? 0 : 1;
  return Object.entries(card.group.counts).reduce(
    (sum, [status, count]) => sum + (isFinal(status as keyof typeof card.group.counts) ? 0 : count),
    0,
  );
}
