import { ContractError, type OutputStream, type Peek } from '@diraclab/contract';
import type { Live } from './live';

export interface OutputListener {
  onText(text: string): void;
  /** So many bytes before the next text are not to be had: the server keeps only the end of a running job's output. */
  onGap(bytes: number): void;
  /** The job was matched again: what comes next is a new attempt's output, from its beginning. */
  onRestart(): void;
  /** The output has ended, or cannot be watched. */
  onEnd(error?: Error): void;
}

/**
 * Follows a stream from an offset on, each byte once. A piece does not say whose it is, and a server that was restarted has less at first
 * than was read before, as a new attempt has. So the job is watched beside it, and each attempt gets a watch of its own: within one, what
 * comes again was sent twice.
 */
export function watchOutput(live: Live, jobId: number, stream: OutputStream, first: number, listener: OutputListener): () => void {
  let position = first;
  let attempt: number | undefined;
  let endPieces = () => {};

  function take(piece: Peek): void {
    const { missingBytes, text, end } = newPart(position, piece);
    position = end;
    if (missingBytes > 0) listener.onGap(missingBytes);
    if (text !== '') listener.onText(text);
    if (piece.complete) listener.onEnd();
  }

  const endJob = live.watch(
    () => ({ kind: 'jobs', jobIds: [jobId] }),
    (frame, isFirst) => {
      if (frame.kind !== 'jobs') return;
      const [job] = frame.jobs;
      if (job === undefined && isFirst)
        listener.onEnd(new ContractError('NotFound', `There is no job ${jobId} of yours.`, { ids: { jobId } }));
      if (job === undefined || job.attempt <= (attempt ?? -1)) return;
      if (attempt !== undefined && position > 0) {
        position = 0;
        listener.onRestart();
      }
      attempt = job.attempt;
      endPieces();
      endPieces = live.watch(
        () => ({ kind: 'output', jobId, stream, from: position }),
        (piece) => void (piece.kind === 'output' && take(piece.output)),
        listener.onEnd,
      );
    },
    listener.onEnd,
  );
  return () => {
    endJob();
    endPieces();
  };
}

/** What a piece has for somebody who has read up to `position`. Bytes that were not UTF-8 have another length as text: such a piece is not cut. */
export function newPart(
  position: number,
  { from, text, end }: Pick<Peek, 'from' | 'text' | 'end'>,
): { missingBytes: number; text: string; end: number } {
  if (text === '' || end <= position) return { missingBytes: 0, text: '', end: position };
  if (from >= position) return { missingBytes: from - position, text, end };
  const bytes = Buffer.from(text, 'utf8');
  return { missingBytes: 0, text: bytes.length === end - from ? bytes.subarray(position - from).toString('utf8') : text, end };
}
