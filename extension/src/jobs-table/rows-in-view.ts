import type { Job } from '@diraclab/contract';
import type { IDisposable } from '@lumino/disposable';
import type { IDiracSession } from '../tokens';
import { sliceRows, type Slices } from './slices';

/** Rows below the first slice, which the live view does not bring, stay true as well while they are in view. */
export class RowsInView {
  readonly #session: IDiracSession;
  readonly #onChanged: (changed: Job[]) => void;
  #watch: IDisposable | undefined;
  #watchedIds = '';

  constructor(session: IDiracSession, onChanged: (changed: Job[]) => void) {
    this.#session = session;
    this.#onChanged = onChanged;
  }

  watch(slices: Slices | undefined, first: number, last: number): void {
    const jobIds: number[] = [];
    for (let i = Math.max(first, sliceRows); i < last; i++) {
      const job = slices?.at(i);
      if (job !== undefined) jobIds.push(job.jobId);
    }
    const ids = jobIds.join(',');
    if (ids === this.#watchedIds) return;
    this.stop();
    this.#watchedIds = ids;
    if (jobIds.length === 0) return;
    this.#watch = this.#session.live.watch({ kind: 'jobs', jobIds }, ({ jobs }) => {
      // The first frame says again what is here already.
      const changed = jobs.filter(({ jobId, lastUpdateTime }) => {
        const position = slices?.positionOf(jobId);
        return position !== undefined && slices?.at(position)?.lastUpdateTime !== lastUpdateTime;
      });
      if (changed.length > 0) this.#onChanged(changed);
    });
  }

  stop(): void {
    this.#watch?.dispose();
    this.#watch = undefined;
    this.#watchedIds = '';
  }
}
