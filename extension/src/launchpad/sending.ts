import type { JobDescription, Parameters, Submission, Submitted } from '@diraclab/contract';
import type { IDiracSession } from '../tokens';
import { digestOf, uploadMissing } from './input-files';

/**
 * Sends files and jobs. The same form sends the same key, however often it is tried, so that a broken connection doubles nothing; after a
 * success the same form again means new jobs.
 */
export class Sending {
  readonly #session: IDiracSession;
  readonly #nonce: string;
  #round = 0;
  #succeeded: string | undefined;

  constructor(session: IDiracSession, nonce: string) {
    this.#session = session;
    this.#nonce = nonce;
  }

  async send(
    description: JobDescription,
    parameters: Parameters[] | undefined,
    held: ReadonlyMap<string, Blob>,
    say: (what: string) => void,
  ): Promise<Submitted> {
    const submission: Submission = { description, ...(parameters === undefined ? {} : { parameters }) };
    const hash = await digestOf(new Blob([JSON.stringify(submission)]));
    if (this.#succeeded === this.#key(hash)) this.#round++;
    await uploadMissing(this.#session, description, held, say);
    say('Submitting…');
    const submitted = await this.#session.call('submitJobs', { body: { ...submission, idempotencyKey: this.#key(hash) } });
    this.#succeeded = this.#key(hash);
    return submitted;
  }

  #key(hash: string): string {
    return `launchpad-${this.#nonce}-${hash}-${this.#round}`;
  }
}
