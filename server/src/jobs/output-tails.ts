import type { OutputStream } from '@diraclab/contract';

/** What pilots send of the output of running jobs; in memory, because the whole output comes with the job's end. */
export interface OutputTails {
  /** Takes new output; what lies before a gap is dropped, what was there already is not taken twice. */
  append(jobId: number, attempt: number, stream: OutputStream, chunk: Chunk): void;
  /** How far what is kept reaches. */
  end(jobId: number, attempt: number, stream: OutputStream): number;
  /** The next piece from a byte offset on; a negative offset counts from the end. */
  read(jobId: number, attempt: number, stream: OutputStream, from: number): Chunk;
  forget(jobId: number): void;
}

export interface Chunk {
  from: number;
  text: string;
  end: number;
}

/** Kept for each stream of a job. */
export const tailBytes = 256 * 1024;
/** Tails kept at once; the one touched longest ago goes first. 2,000 of them are at most 1 GB, and in practice a few MB. */
const mostTails = 2_000;

interface Tail {
  attempt: number;
  stdout: Chunk[];
  stderr: Chunk[];
}

export function createOutputTails(): OutputTails {
  const tails = new Map<number, Tail>();

  const find = (jobId: number, attempt: number): Tail | undefined => {
    const tail = tails.get(jobId);
    return tail?.attempt === attempt ? tail : undefined;
  };
  const endOf = (chunks: readonly Chunk[] | undefined): number => chunks?.at(-1)?.end ?? 0;

  return {
    append(jobId, attempt, stream, chunk) {
      const tail = find(jobId, attempt) ?? { attempt, stdout: [], stderr: [] };
      tails.delete(jobId);
      tails.set(jobId, tail);
      if (tails.size > mostTails) tails.delete(tails.keys().next().value ?? jobId);
      let chunks = tail[stream];
      if (chunk.from < endOf(chunks) || chunk.end <= chunk.from) return;
      if (chunk.from > endOf(chunks)) chunks = [];
      chunks.push(chunk);
      while (chunks.length > 1 && endOf(chunks) - (chunks[0]?.end ?? 0) >= tailBytes) chunks.shift();
      tail[stream] = chunks;
    },

    end: (jobId, attempt, stream) => endOf(find(jobId, attempt)?.[stream]),

    read(jobId, attempt, stream, from) {
      const chunks = find(jobId, attempt)?.[stream] ?? [];
      const end = endOf(chunks);
      const wanted = from < 0 ? Math.max(0, end + from) : from;
      const pieces = chunks.filter((chunk) => chunk.end > wanted).map((chunk) => cutBefore(chunk, wanted));
      return { from: pieces[0]?.from ?? Math.min(wanted, end), text: pieces.map(({ text }) => text).join(''), end };
    },

    forget: (jobId) => void tails.delete(jobId),
  };
}

/** The part of a chunk from an offset on. Where bytes were not UTF-8 their text has another length, and the chunk is given whole. */
function cutBefore(chunk: Chunk, offset: number): Chunk {
  if (offset <= chunk.from) return chunk;
  const bytes = Buffer.from(chunk.text);
  if (bytes.length !== chunk.end - chunk.from) return chunk;
  let cut = offset - chunk.from;
  // Not in the middle of a character: continuation bytes are 10xxxxxx.
  while (cut < bytes.length && ((bytes[cut] ?? 0) & 0xc0) === 0x80) cut += 1;
  return { from: chunk.from + cut, text: bytes.subarray(cut).toString('utf8'), end: chunk.end };
}
