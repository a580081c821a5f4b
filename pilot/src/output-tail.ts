import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { cutChunk, type Chunk } from './utf8.ts';

/** The contract's limit for one stream in one message. */
export const maxChunkBytes = 64 * 1024;

/** The end of a file that a payload writes, as the server gets it while the job runs. */
export interface OutputTail {
  readonly stream: 'stdout' | 'stderr';
  /** How far the server's copy reaches. */
  serverEnd: number;
  /** There are more bytes than when a chunk was last cut. */
  grew(): Promise<boolean>;
  /** What the server lacks, or the last 64 KiB when it lacks more. */
  next(endsHere: boolean): Promise<Chunk | undefined>;
  close(): Promise<void>;
}

/** Holds the file open: what a payload puts under the same name later is another file and is not read. */
export async function openTail(stream: 'stdout' | 'stderr', path: string): Promise<OutputTail> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  let seenBytes = 0;
  const sizeBytes = async () => (await file.stat()).size;
  const tail: OutputTail = {
    stream,
    serverEnd: 0,
    grew: async () => (await sizeBytes()) > seenBytes,
    async next(endsHere) {
      seenBytes = await sizeBytes();
      const from = Math.max(tail.serverEnd, seenBytes - maxChunkBytes);
      if (from >= seenBytes) return undefined;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(seenBytes - from), 0, seenBytes - from, from);
      return cutChunk(buffer.subarray(0, bytesRead), from, { startsAnywhere: from > tail.serverEnd, endsHere });
    },
    close: () => file.close(),
  };
  return tail;
}
