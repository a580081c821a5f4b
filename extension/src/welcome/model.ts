import type { Job } from '@diraclab/contract';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { helloJob } from '../commands';
import { explain, type Trouble } from '../session/explain';
import type { IDiracSession } from '../tokens';

/** What the card knows: where jobs run, and how far the hello job is. */
export class WelcomeModel implements IDisposable {
  readonly changed = new Signal<this, void>(this);
  /** A sentence; empty until the server has answered. */
  where = '';
  trouble: Trouble | undefined;
  hello: Pick<Job, 'jobId' | 'status'> | undefined;
  isSubmitting = false;
  readonly #session: IDiracSession;
  #watch: IDisposable | undefined;

  constructor(session: IDiracSession) {
    this.#session = session;
  }

  async ask(): Promise<void> {
    try {
      const { owner, ownerGroup, server } = await this.#session.call('whoAmI', {});
      const place =
        server.mode === 'laptop' ? 'on the machine where this JupyterLab runs' : 'at the service that this JupyterLab is connected to';
      this.where = `Your jobs run ${place}. There you are ${owner}, of the group ${ownerGroup}.`;
      this.trouble = undefined;
    } catch (error) {
      this.trouble = explain('The server could not be asked where jobs run', error);
    }
    this.#emit();
  }

  async runHello(): Promise<void> {
    if (this.isSubmitting) return;
    this.isSubmitting = true;
    this.#emit();
    try {
      const { jobIds } = await this.#session.call('submitJobs', { body: { description: helloJob } });
      const [jobId = 0] = jobIds;
      this.trouble = undefined;
      this.#follow(jobId);
    } catch (error) {
      this.trouble = explain('The hello job was not submitted', error);
    }
    this.isSubmitting = false;
    this.#emit();
  }

  isDisposed = false;

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.#watch?.dispose();
    Signal.clearData(this);
  }

  #follow(jobId: number): void {
    this.#watch?.dispose();
    this.hello = { jobId, status: 'Received' };
    this.#watch = this.#session.live.watch({ kind: 'jobs', jobIds: [jobId] }, ({ jobs: [job] }) => {
      if (job === undefined) return;
      this.hello = job;
      this.#emit();
    });
  }

  #emit(): void {
    if (!this.isDisposed) this.changed.emit();
  }
}
