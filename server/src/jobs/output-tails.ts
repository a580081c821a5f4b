import type { OutputStream } from '@diraclab/contract';

/**
 * What pilots send of the output of running jobs; in memory, because the whole output comes with the job's end. In this server's, or in one
 * that several servers share: then answers take a while.
 */
export interface OutputTails {
  /** Takes new output; what lies before a gap is dropped, what was there already is not taken twice. */
  append(jobId: number, attempt: number, stream: OutputStream, chunk: Chunk): void | Promise<void>;
  /** How far what is kept reaches. */
  end(jobId: number, attempt: number, stream: OutputStream): number | Promise<number>;
  /** The next piece from a byte offset on; a negative offset counts from the end. */
  read(jobId: number, attempt: number, stream: OutputStream, from: number): Chunk | Promise<Chunk>;
  forget(jobId: number): void;
}

export interface MemoryTails extends OutputTails {
  append(jobId: number, attempt: number, stream: OutputStream, chunk: Chunk): void;
  end(jobId: number, attempt: number, stream: OutputStream): number;
  read(jobId: number, attempt: number, stream: OutputStream, from: number): Chunk;
}

export interface Chunk {
  from: number;
  text: string;
  end: number;
}

/** Kept for each stream of a job. */
export const tailBytes = 256 * 1024;
/** Of all jobs together; the one heard of longest ago goes first. */
export const tailsBudgetBytes = 128 * 1024 * 1024;
/** Small pieces are joined up to this, so that a payload that writes a character at a time does not cost an object for each. */
const joinedBytes = 8 * 1024;
/** Where pieces cannot be joined, because they were not UTF-8. */
const mostChunks = 1_000;

interface Tail {
  attempt: number;
  stdout: Chunk[];
  stderr: Chunk[];
}

export function createOutputTails(): MemoryTails {
  const tails = new Map<number, Tail>();
  let keptBytes = 0;

  const find = (jobId: number, attempt: number): Tail | undefined => {
    const tail = tails.get(jobId);
    return tail?.attempt === attempt ? tail : undefined;
  };
  const endOf = (chunks: readonly Chunk[] | undefined): number => chunks?.at(-1)?.end ?? 0;
  const forget = (jobId: number): void => {
    const tail = tails.get(jobId);
    if (tail !== undefined) keptBytes -= sizeOf(tail.stdout) + sizeOf(tail.stderr);
    tails.delete(jobId);
  };

  return {
    append(jobId, attempt, stream, chunk) {
      const tail = find(jobId, attempt) ?? { attempt, stdout: [], stderr: [] };
      const before = tail[stream];
      if (!isHonest(chunk) || chunk.from < endOf(before)) return;
      forget(jobId);
      tail[stream] = chunk.from > endOf(before) ? [chunk] : withNext(before, chunk);
      tails.set(jobId, tail);
      keptBytes += sizeOf(tail.stdout) + sizeOf(tail.stderr);
      while (keptBytes > tailsBudgetBytes && tails.size > 1) forget(tails.keys().next().value ?? jobId);
    },

    end: (jobId, attempt, stream) => endOf(find(jobId, attempt)?.[stream]),

    read(jobId, attempt, stream, from) {
      const chunks = find(jobId, attempt)?.[stream] ?? [];
      return readFrom(chunks, endOf(chunks), from);
    },

    forget,
  };
}

/** What of these chunks lies behind an offset; `end` is where they end. */
export function readFrom(chunks: readonly Chunk[], end: number, from: number): Chunk {
  const wanted = from < 0 ? Math.max(0, end + from) : from;
  const pieces = chunks.filter((chunk) => chunk.end > wanted).map((chunk) => cutBefore(chunk, wanted));
  return { from: pieces[0]?.from ?? Math.min(wanted, end), text: pieces.map(({ text }) => text).join(''), end };
}

const sizeOf = (chunks: readonly Chunk[]): number => chunks.reduce((sum, { text }) => sum + text.length, 0);

/** Text is as long as the bytes it stands for; only a byte that was not UTF-8 became three (U+FFFD). */
export function isHonest({ from, text, end }: Chunk): boolean {
  return end > from && Buffer.byteLength(text) <= 3 * (end - from);
}

const isExact = ({ from, text, end }: Chunk): boolean => Buffer.byteLength(text) === end - from;

/** The chunks with the next one, without what is too old. */
function withNext(chunks: Chunk[], next: Chunk): Chunk[] {
  const last = chunks.at(-1);
  if (last !== undefined && last.text.length + next.text.length <= joinedBytes && isExact(last) && isExact(next))
    chunks[chunks.length - 1] = { from: last.from, text: last.text + next.text, end: next.end };
  else chunks.push(next);
  while (chunks.length > 1 && (next.end - (chunks[0]?.end ?? 0) >= tailBytes || chunks.length > mostChunks)) chunks.shift();
  return chunks;
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
