import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { cutChunk, type Chunk } from './utf8.ts';

/** The contract's limit for one stream in one message. */
export const maxChunkBytes = 64 * 1024;
/** What the server keeps of a stream while the job runs: more of what it missed need not be sent. */
const keptBytes = 256 * 1024;
/** A character that is not whole yet is held back: so many bytes before its goal a tail has said all it can. */
const openBytesMost = 3;

/** The end of a file that a payload writes, as the server gets it while the job runs. */
export interface OutputTail {
  readonly stream: 'stdout' | 'stderr';
  /** How far the server's copy reaches. */
  serverEnd: number;
  /** There are more bytes than when a chunk was last cut. */
  grew(): Promise<boolean>;
  /**
   * The next piece that the server lacks, of the last 256 KiB that there were at the last look; at the end the last piece of all, because
   * no other follows the final report.
   */
  next(endsHere: boolean): Promise<Chunk | undefined>;
  /** The server lacks more of what there was at that look: say it with the next message. */
  hasMore(sentEnd: number): boolean;
  close(): Promise<void>;
}

/** Holds the file open: what a payload puts under the same name later is another file and is not read. */
export async function openTail(stream: 'stdout' | 'stderr', path: string): Promise<OutputTail> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  let seenBytes = 0;
  /** How far to send before looking again: a payload that never stops writing must not keep the pilot talking without a pause. */
  let goalBytes = 0;
  const sizeBytes = async () => (await file.stat()).size;
  const tail: OutputTail = {
    stream,
    serverEnd: 0,
    grew: async () => (await sizeBytes()) > seenBytes,
    async next(endsHere) {
      seenBytes = await sizeBytes();
      if (endsHere || tail.serverEnd + openBytesMost >= goalBytes) goalBytes = seenBytes;
      const from = Math.max(tail.serverEnd, goalBytes - (endsHere ? maxChunkBytes : keptBytes));
      const length = Math.min(maxChunkBytes, goalBytes - from);
      if (length <= 0) return undefined;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
      return cutChunk(buffer.subarray(0, bytesRead), from, { startsAnywhere: from > tail.serverEnd, endsHere });
    },
    hasMore: (sentEnd) => sentEnd + openBytesMost < goalBytes,
    close: () => file.close(),
  };
  return tail;
}
